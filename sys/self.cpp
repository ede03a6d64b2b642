#include "sys/self.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <iterator>

#include "sys/file.hpp"
#include "sys/mount.hpp"

#ifndef MFD_EXEC  // Linux 6.3
#define MFD_EXEC 0x0010U
#endif

namespace sys {

static constexpr const char* kOwnFile = "/proc/self/exe";
static constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Result<bool> own_file_is_unwritable()
{
    struct statfs where = {};
    if (::statfs(kOwnFile, &where) < 0)
        return failed_sys("look at {}", kOwnFile);
    if (where.f_flags & ST_RDONLY)
        return true;
    if (where.f_type != TMPFS_MAGIC)  // where memfds live, too
        return false;
    const Fd file = TRY(open_at(AT_FDCWD, kOwnFile, O_RDONLY));
    const int seals = ::fcntl(file.get(), F_GET_SEALS);
    return seals >= 0 && (seals & kSeals) == kSeals;
}

Result<Fd> mount_own_file()
{
    Fd file = TRY(clone_mount(AT_FDCWD, kOwnFile, Depth::One));
    TRY(set_attributes(file, {.set = MOUNT_ATTR_RDONLY}, Depth::One));
    return file;
}

Result<Fd> copy_own_file()
{
    const Fd from = TRY(open_at(AT_FDCWD, kOwnFile, O_RDONLY));
    Fd copy(
        ::memfd_create(program_invocation_short_name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC));
    if (!copy && errno == EINVAL)
        copy = Fd(::memfd_create(program_invocation_short_name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!copy)
        return failed_sys("make a memfd");
    constexpr std::size_t most = 1U << 30;  // in one go
    ssize_t size;
    while ((size = ::sendfile(copy.get(), from.get(), nullptr, most)) != 0)
        if (size < 0 && errno != EINTR)
            return failed_sys("copy {} into a memfd", kOwnFile);
    if (::fcntl(copy.get(), F_ADD_SEALS, kSeals) < 0)
        return failed_sys("seal a memfd");
    return copy;
}

Result<> execute_again(const Fd& file, char* const argv[])
{
    ::execveat(file.get(), "", argv, environ, AT_EMPTY_PATH);
    return failed_sys("execute {} again", kOwnFile);
}

Result<unsigned> mend_inheritance()
{
    (void)::signal(SIGCHLD, SIG_DFL);
    pollfd standard[] = {{.fd = 0, .events = 0, .revents = 0},
                         {.fd = 1, .events = 0, .revents = 0},
                         {.fd = 2, .events = 0, .revents = 0}};
    if (::poll(standard, std::size(standard), 0) < 0)
        return failed_sys("look at descriptors 0 to 2");
    unsigned closed = 0;
    for (unsigned number = 0; number < std::size(standard); ++number) {
        if (!(standard[number].revents & POLLNVAL))
            continue;
        if (::open("/dev/null", O_PATH | O_CLOEXEC) != static_cast<int>(number))
            return failed_sys("open /dev/null as descriptor {}", number);
        closed |= 1U << number;
    }
    return closed;
}

}  // namespace sys
