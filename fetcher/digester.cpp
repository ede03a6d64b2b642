#include "fetcher/digester.hpp"

#include <openssl/err.h>

#include <string_view>

namespace fetcher {

namespace {

// Looking an algorithm up takes longer than hashing a small text does.
const EVP_MD* algorithm(spec::Hash hash)
{
    using Algorithm = std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)>;
    static const Algorithm sha256(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free);
    static const Algorithm sha512(EVP_MD_fetch(nullptr, "SHA512", nullptr), EVP_MD_free);
    return hash == spec::Hash::Sha256 ? sha256.get() : sha512.get();
}

std::unexpected<Error> failed_openssl(std::string_view doing)
{
    char reason[256] = {};
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    return failed("{}: {}", doing, std::string_view(reason));
}

}  // namespace

Result<Digester> Digester::make(spec::Hash hash)
{
    Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const EVP_MD* const how = algorithm(hash);
    if (!context || !how || EVP_DigestInit_ex2(context.get(), how, nullptr) != 1)
        return failed_openssl(format("begin a {} digest", spec::word(hash)));
    return Digester(hash, std::move(context));
}

Result<> Digester::add(std::span<const std::byte> bytes)
{
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1)
        return failed_openssl("digest");
    return {};
}

Result<spec::Digest> Digester::finish()
{
    char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(bytes), &size) != 1)
        return failed_openssl("end a digest");
    return spec::Digest{.hash = hash_, .hex = spec::hex_of({bytes, size})};
}

}  // namespace fetcher
