#include <sys/stat.h>

#include <vector>

#include "fetcher/download.hpp"
#include "sys/file.hpp"

namespace fetcher {

static constexpr std::size_t kPiece = std::size_t{1} << 20;

Result<> copy_file(const std::string& path, Receiver& into)
{
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct stat status = {};
    if (::fstat(file.get(), &status) < 0)
        return failed_sys("look at {}", path);
    if (!S_ISREG(status.st_mode))
        return failed("read {}: not a regular file", path);
    TRY(into.expect(static_cast<std::uint64_t>(status.st_size)));
    std::vector<std::byte> piece(kPiece);
    for (;;) {
        const ssize_t n = ::read(file.get(), piece.data(), piece.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed_sys("read {}", path);
        if (n == 0)
            return {};
        TRY(into.take(std::span(piece).first(static_cast<std::size_t>(n))));
    }
}

}  // namespace fetcher
