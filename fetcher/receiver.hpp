// A file that is being filled, with the digest of what came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "fetcher/digester.hpp"
#include "spec/digest.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace fetcher {

class Receiver {
public:
    // Told now and then how many bytes there are, and how many there will be (0: nobody knows).
    using Tell = std::function<Result<>(std::uint64_t done, std::uint64_t total)>;

    // `file`: empty, to be written. It gets `most` bytes at most; `wanted` is what they must be.
    static Result<Receiver> make(sys::Fd file, std::optional<spec::Digest> wanted,
                                 std::uint64_t most, Tell tell);

    Result<> expect(std::uint64_t total);  // 0: nobody knows
    Result<> take(std::span<const std::byte> bytes);
    Result<> begin_anew();  // what has come is no good
    std::uint64_t size() const { return size_; }

    Result<> check();  // once, when all has come
    const sys::Fd& file() const { return file_; }

private:
    Receiver() = default;
    Result<> begin();

    sys::Fd file_ = {};
    std::optional<spec::Digest> wanted_ = {};
    std::uint64_t most_ = 0;
    Tell tell_ = {};
    std::optional<Digester> digester_ = {};
    std::uint64_t size_ = 0;
    std::uint64_t total_ = 0;
    std::uint64_t told_ = 0;
};

}  // namespace fetcher
