// How much a foreign archive may ask of this machine before it is refused.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fetcher {

struct Limits {
    std::uint64_t entries = 4'000'000;
    std::uint64_t file = std::uint64_t{64} << 30;    // one file's size in bytes, holes included
    std::uint64_t bytes = std::uint64_t{256} << 30;  // of the uncompressed stream
    // A stream may become so many times longer than it came, or as long as `bytes_any`: gzip
    // reaches 1032, what people ship stays below 20 (moby CVE-2017-14992).
    std::uint64_t ratio = 200;
    std::uint64_t bytes_any = std::uint64_t{1} << 30;
    std::size_t depth = 1024;                         // components of a path
    std::size_t xattrs = 256;                         // of one entry
    std::size_t xattr_bytes = 256 << 10;              // of one entry, names and values
    std::uint64_t window = std::uint64_t{512} << 20;  // zstd's, which becomes our memory
    std::uint64_t memory = std::uint64_t{2} << 30;    // address space of the process that writes
};

}  // namespace fetcher
