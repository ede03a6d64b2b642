#include "image/credentials.hpp"

#include <openssl/evp.h>

#include <vector>

#include "fetcher/http.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"

namespace image {

namespace {

struct Entry {
    std::string auth = {};  // base64 of USER:PASSWORD
    std::string username = {};
    std::string password = {};
    std::string identity_token = {};
};
struct AuthFile {
    spec::Map<Entry> auths = {};
};
constexpr spec::Field kEntryFields[] = {
    spec::field<&Entry::auth>("auth"),
    spec::field<&Entry::username>("username"),
    spec::field<&Entry::password>("password"),
    spec::field<&Entry::identity_token>("identitytoken"),
};
constexpr auto kEntry = spec::object<Entry>(kEntryFields);
constexpr spec::Field kFileFields[] = {spec::field<&AuthFile::auths>("auths", kEntry)};
constexpr auto kFile = spec::object<AuthFile>(kFileFields);

std::optional<std::string> decoded(const std::string& text)
{
    std::vector<unsigned char> bytes(text.size() / 4 * 3 + 3);
    const int size =
        EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                        static_cast<int>(text.size()));
    if (size < 0)
        return std::nullopt;
    std::string result(bytes.begin(), bytes.begin() + size);
    result.resize(result.size() -
                  std::min<std::size_t>(2, text.size() - text.find_last_not_of('=') - 1));
    return result;
}

// As it would stand in a reference.
std::string normal(std::string_view key)
{
    if (const auto scheme = key.find("://"); scheme != key.npos) {
        key.remove_prefix(scheme + 3);
        key = key.substr(0, key.find('/'));
    }
    const auto slash = key.find('/');
    auto host = key.substr(0, slash);
    if (host == "index.docker.io" || host == "registry-1.docker.io")
        host = "docker.io";
    return format("{}{}", host, slash == key.npos ? std::string_view() : key.substr(slash));
}

Result<Credentials> credentials_of(const Entry& entry, std::string_view name,
                                   const std::string& key)
{
    Credentials found = {entry.username, entry.password, entry.identity_token};
    if (entry.auth.empty())
        return found;
    const auto pair = decoded(entry.auth);
    const auto colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos)
        return failed("{}: /auths/{}/auth is not base64 of USER:PASSWORD", name, spec::shown(key));
    found.user = pair->substr(0, colon);
    found.password = pair->substr(colon + 1);
    return found;
}

}  // namespace

std::string Credentials::basic() const
{
    return fetcher::basic_authorization(user, password);
}

Result<std::optional<Credentials>> find_credentials(std::string_view text, std::string_view name,
                                                    const spec::Reference& reference)
{
    const auto file = TRY(spec::read_json(kFile, text, name));
    std::string wanted = reference.repository();
    for (;;) {
        for (const auto& [key, entry] : file.auths)
            if (normal(key) == wanted)
                return credentials_of(entry, name, key);
        const auto slash = wanted.rfind('/');
        if (slash == wanted.npos)
            return std::nullopt;
        wanted.resize(slash);
    }
}

}  // namespace image
