// The digest of a text that is there as a whole.
#pragma once

#include <string_view>

#include "spec/digest.hpp"
#include "spec/result.hpp"

namespace fetcher {

spec::Digest digest_of(std::string_view text, spec::Hash hash = spec::Hash::Sha256);

}  // namespace fetcher
