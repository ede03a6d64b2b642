// Digests of content that comes in pieces.
#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <span>

#include "spec/digest.hpp"
#include "spec/result.hpp"

namespace fetcher {

class Digester {
public:
    static Result<Digester> make(spec::Hash hash);

    Result<> add(std::span<const std::byte> bytes);
    Result<spec::Digest> finish();  // once

private:
    using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
    Digester(spec::Hash hash, Context context) : hash_(hash), context_(std::move(context)) {}

    spec::Hash hash_;
    Context context_;
};

}  // namespace fetcher
