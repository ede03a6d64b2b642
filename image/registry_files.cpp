#include "image/registry_files.hpp"

#include <fcntl.h>

#include <vector>

#include "fetcher/certificates.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/places.hpp"

namespace image {

namespace {

constexpr const char* kCertFolders[] = {"/etc/containers/certs.d", "/etc/docker/certs.d"};
constexpr std::string_view kCertEndings[] = {".crt"};

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
    if (!folder.empty())
        return fetcher::read_certificate_folder(folder, kCertEndings);
    std::string all;
    for (const char* place : kCertFolders) {
        auto read = fetcher::read_certificate_folder(format("{}/{}", place, host), kCertEndings);
        if (!read && read.error().code == ENOENT)
            continue;
        all += TRY(std::move(read));
    }
    return all;
}

}  // namespace image
