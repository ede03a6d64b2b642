// An archive becomes a folder of the sandbox's owner.
#pragma once

#include <cstdint>
#include <string>

#include "fetcher/limits.hpp"
#include "fetcher/place.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace fetcher {

struct Unpacked {
    bool is_archive = true;      // else nothing was done
    std::uint64_t left_out = 0;  // devices and FIFOs
};

// Whether a file begins as an archive does (but tar older than POSIX).
Result<bool> looks_like_archive(const sys::Fd& file);

// Unpacks the file into the empty folder `into`, by a confined child (fetcher/confine.hpp). All of
// it is `owner`'s, has no set-ID bits and no attributes. This process must have one thread.
Result<Unpacked> unpack(const sys::Fd& file, const sys::Fd& into, const Owner& owner,
                        const Limits& limits);

}  // namespace fetcher
