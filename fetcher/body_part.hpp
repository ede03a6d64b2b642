// Which part of a file the body of a reply is (RFC 9110, 14.4).
#pragma once

#include <cstdint>
#include <optional>

#include "fetcher/http.hpp"
#include "spec/result.hpp"

namespace fetcher {

struct BodyPart {
    std::uint64_t begin = 0;                       // the number of its first byte
    std::optional<std::uint64_t> whole_size = {};  // of the file, where the reply says it
};

// Of a success. A server that does not know Range begins at 0 (200), and one may begin elsewhere
// than it was asked to.
Result<BodyPart> body_part(const HttpReply& reply);

}  // namespace fetcher
