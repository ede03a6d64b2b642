#include "sys/socket.hpp"

#include <criterion/criterion.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

// Listens at "socket" in a folder of its own, which it enters; its queue takes one.
struct Listener {
    Listener()
    {
        cr_assert(::mkdtemp(folder));
        cr_assert(::chdir(folder) == 0);
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, "socket");
        cr_assert(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        cr_assert(::listen(fd.get(), 0) == 0);
    }

    char folder[32] = "/tmp/davit-socket.XXXXXX";
    sys::Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

Test(socket, is_reached_by_a_path_of_any_length)
{
    const Listener listener;
    std::string path = listener.folder;
    while (path.size() < 300)
        path += "/.";
    cr_expect(sys::connect_to(path + "/socket"));
}

Test(socket, whose_queue_is_full_does_not_hang_us)
{
    const Listener listener;
    const auto first = sys::connect_to("socket");
    cr_assert(first);
    const auto second = sys::connect_to("socket");
    cr_assert(!second);
    cr_expect_eq(second.error().code, EAGAIN);
    cr_expect_str_eq(second.error().doing.c_str(), "connect to socket");
}

Test(socket, a_name_that_fits_nowhere_is_an_error)
{
    const auto connected = sys::connect_to(std::string(200, 'x'));
    cr_assert(!connected);
    cr_expect_eq(connected.error().code, ENAMETOOLONG);
}
