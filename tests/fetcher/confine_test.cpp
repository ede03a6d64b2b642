// What a confined child can and cannot do.

#include "fetcher/confine.hpp"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "sys/file.hpp"

using fetcher::Confined;

struct Room {
    Room()
    {
        cr_assert(::mkdtemp(path));
        folder = sys::Fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        int ends[2];
        cr_assert(::pipe2(ends, O_CLOEXEC) == 0);
        out = sys::Fd(ends[0]);
        in = sys::Fd(ends[1]);
    }
    Result<Confined> start(Confined::Work work, void* argument = nullptr) const
    {
        return Confined::start({.input = out.get(),
                                .folder = folder.get(),
                                .file_most = 1 << 20,
                                .memory_most = std::uint64_t{1} << 30},
                               work, argument);
    }
    Result<std::string> run(Confined::Work work, void* argument = nullptr) const
    {
        auto child = start(work, argument);
        if (!child)
            return std::unexpected(child.error());
        return child->finish();
    }

    char path[32] = "/tmp/davit-confine.XXXXXX";
    sys::Fd folder, in, out;
};

Test(confine, answers_and_fails_across_the_pipe)
{
    const Room room;
    const auto answer = room.run([](void*) -> Result<std::string> { return "done"; });
    cr_assert(answer, "%s", answer ? "" : answer.error().message().c_str());
    cr_expect(*answer == "done");
    const auto failure = room.run([](void*) -> Result<std::string> {
        errno = ENOSPC;
        return failed_sys("write it\n\x1b[31m");
    });
    cr_assert(!failure);
    cr_expect_eq(failure.error().code, ENOSPC);
    cr_expect(failure.error().doing == "write it\\n\\x1b[31m");
    const auto longer =
        room.run([](void*) -> Result<std::string> { return std::string(100'000, 'x'); });
    cr_assert(longer);
    cr_expect_eq(longer->size(), Confined::kAnswerMost);
}

Test(confine, has_its_folder_for_a_root_and_nothing_else)
{
    const Room room;
    const auto answer = room.run([](void*) -> Result<std::string> {
        for (const char* path : {"/etc/passwd", "/tmp", "/proc/self", "/dev/null", "/usr",
                                 "../../../etc/passwd", "/../etc/passwd"})
            if (::openat(AT_FDCWD, path, O_PATH) >= 0)
                return failed("{} can be opened", std::string_view(path));
        // Of its parent's descriptors it has its input, and the pipe that it answers on.
        for (int fd = 3; fd < 64; ++fd)
            if (struct stat status; ::fstat(fd, &status) == 0 && !S_ISFIFO(status.st_mode))
                return failed("descriptor {} is open", fd);
        return "";
    });
    cr_assert(answer, "%s", answer ? "" : answer.error().message().c_str());
}

Test(confine, has_a_stream_and_files_of_its_own)
{
    const Room room;
    cr_assert(::write(room.in.get(), "input", 5) == 5);
    const auto answer = room.run([](void*) -> Result<std::string> {
        char text[16] = {};
        const ssize_t size = ::read(STDIN_FILENO, text, sizeof text);
        const int file = ::openat(AT_FDCWD, "/file", O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (file < 0 || ::write(file, text, static_cast<std::size_t>(size)) != size ||
            ::fchown(file, 5, 6) < 0 || ::fchmod(file, 06755) < 0)
            return failed_sys("write a file");
        return "";
    });
    cr_assert(answer, "%s", answer ? "" : answer.error().message().c_str());
    const auto text = sys::read_file(room.folder.get(), "file", 100);
    cr_assert(text);
    cr_expect(*text == "input");
    struct stat status = {};
    cr_assert(::fstatat(room.folder.get(), "file", &status, 0) == 0);
    cr_expect_eq(status.st_mode & 07777, 06755);
    cr_expect_eq(status.st_gid, 6);
}

Test(confine, devices_can_be_made_and_not_opened)
{
    const Room room;
    const auto answer = room.run([](void*) -> Result<std::string> {
        if (::mknodat(AT_FDCWD, "/null", S_IFCHR | 0666, makedev(1, 3)) < 0)
            return failed_sys("make a device");
        if (::openat(AT_FDCWD, "/null", O_RDWR) >= 0 || errno != EACCES)
            return failed_sys("it can be opened");
        return "";
    });
    cr_expect(answer, "%s", answer ? "" : answer.error().message().c_str());
}

Test(confine, files_have_a_most)
{
    const Room room;
    const auto answer = room.run([](void*) -> Result<std::string> {
        const int file = ::openat(AT_FDCWD, "/file", O_WRONLY | O_CREAT, 0666);
        if (::ftruncate(file, 2 << 20) == 0 || errno != EFBIG)
            return failed_sys("make it too long");
        return "";
    });
    cr_expect(answer, "%s", answer ? "" : answer.error().message().c_str());
}

Test(confine, other_system_calls_kill_it)
{
    const Room room;
    const Confined::Work works[] = {
        [](void*) -> Result<std::string> {
            return std::to_string(::socket(AF_UNIX, SOCK_STREAM, 0));
        },
        [](void*) -> Result<std::string> {
            return std::to_string(::ptrace(PTRACE_TRACEME, 0, 0, 0));
        },
        [](void*) -> Result<std::string> { return std::to_string(::syscall(SYS_fork)); },
        [](void*) -> Result<std::string> { return std::to_string(::kill(1, 0)); },
        [](void*) -> Result<std::string> { return std::to_string(::chroot("/")); },
        [](void*) -> Result<std::string> { return std::to_string(::setuid(0)); },
        [](void*) -> Result<std::string> { return std::to_string(::syscall(SYS_bpf, 0, 0, 0)); },
        [](void*) -> Result<std::string> {
            return std::to_string(::syscall(SYS_open_tree, -1, "", 0));
        },
        [](void*) -> Result<std::string> { return std::to_string(::execl("/x", "x", nullptr)); },
        [](void*) -> Result<std::string> {
            return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0) == MAP_FAILED
                       ? "no"
                       : "yes";
        },
        [](void*) -> Result<std::string> { return std::to_string(::fcntl(0, F_SETOWN, 1)); },
    };
    int number = 0;
    for (const auto work : works) {
        const auto answer = room.run(work);
        cr_expect(!answer && answer.error().message().find("system call that it may not make") !=
                                 std::string::npos,
                  "%d: %s", number, answer ? answer->c_str() : answer.error().message().c_str());
        ++number;
    }
}

Test(confine, a_child_that_ends_without_a_word_has_failed)
{
    const Room room;
    const auto ended = room.run([](void*) -> Result<std::string> { ::_exit(0); });
    cr_expect(!ended);
#ifndef __SANITIZE_ADDRESS__
    const auto greedy = room.run(
        [](void*) -> Result<std::string> { return std::string(std::size_t{2} << 30, 'x'); });
    cr_assert(!greedy);
    cr_expect(greedy.error().message().find("needed more memory") != std::string::npos, "%s",
              greedy.error().message().c_str());
#endif
}

Test(confine, is_killed_when_it_is_dropped)
{
    const Room room;
    {
        const auto child = room.start([](void*) -> Result<std::string> {
            char byte;
            return std::to_string(::read(STDIN_FILENO, &byte, 1));  // has no end
        });
        cr_assert(child);
    }
    cr_expect_lt(::waitpid(-1, nullptr, WNOHANG), 0);
}
