#include "image/registry_files.hpp"

#include <fcntl.h>

#include <algorithm>
#include <vector>

#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/places.hpp"

namespace image {

namespace {

constexpr std::size_t kCertificateMost = std::size_t{1} << 20;  // bytes of one file
constexpr const char* kCertFolders[] = {"/etc/containers/certs.d", "/etc/docker/certs.d"};

struct AuthPlace {
    const char* variable;
    const char* below;
};
constexpr AuthPlace kAuthPlaces[] = {
    {"REGISTRY_AUTH_FILE", ""},
    {"XDG_RUNTIME_DIR", "/containers/auth.json"},
    {"XDG_CONFIG_HOME", "/containers/auth.json"},
    {"HOME", "/.config/containers/auth.json"},
    {"DOCKER_CONFIG", "/config.json"},
    {"HOME", "/.docker/config.json"},
};

Result<std::optional<Credentials>> look_into(const std::string& path,
                                             const spec::Reference& reference)
{
    const std::string text = TRY(sys::read_file(AT_FDCWD, path, spec::kJsonMost));
    return find_credentials(text, path, reference);
}

Result<> append_certificates(const std::string& path, std::string& all)
{
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    auto names = TRY(sys::names_in(folder));
    std::ranges::sort(names);
    for (const auto& name : names) {
        if (!name.ends_with(".crt"))
            continue;
        const std::string text =
            TRY_TO(sys::read_file(folder.get(), name, kCertificateMost), "{}", path);
        all += text + "\n";
    }
    return {};
}

}  // namespace

Result<std::optional<Credentials>> read_credentials(const std::string& file,
                                                    const spec::Reference& reference)
{
    if (!file.empty())
        return look_into(file, reference);
    for (const auto& place : kAuthPlaces) {
        const std::string path = sys::folder_of_variable(place.variable, place.below);
        if (path.empty())
            continue;
        auto found = look_into(path, reference);
        if (!found && found.error().code == ENOENT)
            continue;
        auto credentials = TRY(std::move(found));
        if (credentials)
            return credentials;
    }
    return std::nullopt;
}

Result<std::string> read_certificates(const std::string& folder, const std::string& host)
{
    std::string all;
    if (!folder.empty()) {
        TRY(append_certificates(folder, all));
        return all;
    }
    for (const char* place : kCertFolders) {
        auto read = append_certificates(format("{}/{}", place, host), all);
        if (!read && read.error().code != ENOENT)
            return std::unexpected(std::move(read).error());
    }
    return all;
}

}  // namespace image
