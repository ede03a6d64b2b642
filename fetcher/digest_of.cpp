#include "fetcher/digest_of.hpp"

#include <openssl/evp.h>

#include <cstdlib>

namespace fetcher {

spec::Digest digest_of(std::string_view text, spec::Hash hash)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const EVP_MD* method = hash == spec::Hash::Sha256 ? EVP_sha256() : EVP_sha512();
    if (EVP_Digest(text.data(), text.size(), bytes, &size, method, nullptr) != 1)
        std::abort();  // out of memory
    return {hash, spec::hex_of({reinterpret_cast<const char*>(bytes), size})};
}

}  // namespace fetcher
