#include "sys/file.hpp"

#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>

namespace sys {

Result<Fd> open_at(int directory, const std::string& path, int flags, mode_t mode)
{
    Fd fd(::openat(directory, path.c_str(), flags | O_CLOEXEC, mode));
    if (!fd)
        return failed_sys("open {}", path);
    return fd;
}

Result<Fd> open_regular(int directory, const std::string& path, int flags)
{
    const Fd found = TRY(open_at(directory, path, O_PATH | O_NOFOLLOW));
    struct stat status = {};
    if (::fstat(found.get(), &status) < 0)
        return failed_sys("look at {}", path);
    if (!S_ISREG(status.st_mode))
        return failed("open {}: not a regular file", path);
    Fd fd(::open(format("/proc/self/fd/{}", found.get()).c_str(), flags | O_CLOEXEC));
    if (!fd)
        return failed_sys("open {}", path);
    return fd;
}

Result<std::string> path_of(const Fd& fd, const std::string& name)
{
    char path[PATH_MAX];
    const std::string link = format("/proc/self/fd/{}", fd.get());
    const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
    if (size < 0 || static_cast<std::size_t>(size) >= sizeof path)
        return failed_sys("find the full name of {}", name);
    return std::string(path, static_cast<std::size_t>(size));
}

Result<std::string> absolute(const std::string& path)
{
    char here[PATH_MAX];
    if (path.starts_with('/'))
        return path;
    if (!::getcwd(here, sizeof here))
        return failed_sys("find the working folder");
    return format("{}/{}", here, path);
}

// Appends what one read(2) gives, at most `room` bytes.
static Result<std::size_t> read_more(int fd, const std::string& path, std::size_t room,
                                     std::string& text)
{
    const std::size_t had = text.size();
    text.resize(had + room);
    ssize_t n;
    while ((n = ::read(fd, text.data() + had, room)) < 0)
        if (errno != EINTR)
            return failed_sys("read {}", path);
    text.resize(had + static_cast<std::size_t>(n));
    return static_cast<std::size_t>(n);
}

Result<std::string> read_file(int directory, const std::string& path, std::size_t most)
{
    const Fd fd = TRY(open_at(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat status = {};
    if (::fstat(fd.get(), &status) < 0)
        return failed_sys("look at {}", path);
    if (!S_ISREG(status.st_mode))
        return failed("read {}: not a regular file", path);

    std::string text;
    // One byte more than the size that was told, so that the usual file ends with a single read.
    std::size_t room = std::min(static_cast<std::size_t>(status.st_size), most) + 1;
    while (text.size() <= most) {
        const std::size_t n = TRY(read_more(fd.get(), path, room, text));
        // Where no size was told a short read is not the end.
        if (n == 0 || (n < room && status.st_size > 0))
            return text;
        room = 4096;
    }
    return failed("read {}: larger than {} bytes", path, most);
}

Result<std::string> read_proc_file(int directory, const std::string& path, std::size_t most)
{
    constexpr std::size_t room = 4096;
    const Fd fd = TRY(open_at(directory, path, O_RDONLY | O_NOCTTY));
    std::string text;
    while (text.size() <= most) {
        const std::size_t n = TRY(read_more(fd.get(), path, room, text));
        if (n < room)
            return text;
    }
    return failed("read {}: larger than {} bytes", path, most);
}

Result<std::string> read_input(std::size_t most)
{
    const std::string name = "standard input";
    std::string text;
    while (text.size() <= most) {
        const std::size_t n = TRY(read_more(STDIN_FILENO, name, 4096, text));
        if (n == 0)
            return text;
    }
    return failed("read {}: larger than {} bytes", name, most);
}

Result<> lock(const Fd& fd, const std::string& name)
{
    while (::flock(fd.get(), LOCK_EX) < 0)
        if (errno != EINTR)
            return failed_sys("lock {}", name);
    return {};
}

Result<> write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno != EINTR)
            return failed_sys("write {} bytes", text.size());
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    return {};
}

Result<> print(std::string_view text)
{
    auto written = write_all(STDOUT_FILENO, text);
    if (!written)
        written.error().doing = "write to standard output";
    return written;
}

// Writes the text beside `path`, then has `publish` give it that name. Nothing is left on failure.
static Result<> write_beside(int directory, const std::string& path, std::string_view text,
                             mode_t mode, int (*publish)(int directory, const char*, const char*))
{
    const std::string half = format("{}.{}", path, ::getpid());
    const auto write = [&]() -> Result<> {
        const Fd fd(::openat(directory, half.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode));
        if (!fd)
            return failed_sys("make {}", path);
        TRY_TO(write_all(fd.get(), text), "make {}", path);
        if (::fsync(fd.get()) < 0)
            return failed_sys("make {} safe", path);
        if (publish(directory, half.c_str(), path.c_str()) < 0)
            return failed_sys("make {}", path);
        return {};
    };
    auto written = write();
    if (!written)
        ::unlinkat(directory, half.c_str(), 0);
    return written;
}

Result<> write_new_file(int directory, const std::string& path, std::string_view text, mode_t mode)
{
    return write_beside(directory, path, text, mode, [](int at, const char* from, const char* to) {
        // As rename(2), but what is already there stays.
        const int linked = ::linkat(at, from, at, to, 0);
        return linked < 0 ? linked : ::unlinkat(at, from, 0);
    });
}

Result<> replace_file(int directory, const std::string& path, std::string_view text, mode_t mode)
{
    return write_beside(directory, path, text, mode, [](int at, const char* from, const char* to) {
        return ::renameat(at, from, at, to);
    });
}

}  // namespace sys
