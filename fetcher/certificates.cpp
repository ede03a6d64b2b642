#include "fetcher/certificates.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace fetcher {

static constexpr std::size_t kFileMost = std::size_t{1} << 20;  // bytes

Result<std::string> read_certificate_folder(const std::string& path,
                                            std::span<const std::string_view> endings)
{
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    auto names = TRY(sys::names_in(folder));
    std::ranges::sort(names);
    std::string all;
    for (const auto& name : names) {
        const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
        if (!std::ranges::any_of(endings, ends))
            continue;
        const std::string text = TRY_TO(sys::read_file(folder.get(), name, kFileMost), "{}", path);
        all += text + "\n";
    }
    return all;
}

Result<std::string> read_certificates(const std::string& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) < 0)
        return failed_sys("open {}", path);
    if (!S_ISDIR(status.st_mode))
        return sys::read_file(AT_FDCWD, path, kFileMost);
    constexpr std::string_view endings[] = {".crt", ".pem"};
    std::string all = TRY(read_certificate_folder(path, endings));
    if (all.empty())
        return failed("{} has no certificates (*.crt, *.pem)", path);
    return all;
}

}  // namespace fetcher
