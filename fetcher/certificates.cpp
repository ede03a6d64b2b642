#include "fetcher/certificates.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace fetcher {

static constexpr std::size_t kFileMost = std::size_t{1} << 20;  // bytes

static Result<std::string> read_folder(const std::string& path)
{
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    auto names = TRY(sys::names_in(folder));
    std::ranges::sort(names);
    std::string all;
    for (const auto& name : names) {
        if (!name.ends_with(".crt") && !name.ends_with(".pem"))
            continue;
        const std::string text = TRY_TO(sys::read_file(folder.get(), name, kFileMost), "{}", path);
        all += text + "\n";
    }
    if (all.empty())
        return failed("{} has no certificates (*.crt, *.pem)", path);
    return all;
}

Result<std::string> read_certificates(const std::string& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) < 0)
        return failed_sys("open {}", path);
    if (S_ISDIR(status.st_mode))
        return read_folder(path);
    return sys::read_file(AT_FDCWD, path, kFileMost);
}

}  // namespace fetcher
