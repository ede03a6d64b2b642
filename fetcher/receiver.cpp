#include "fetcher/receiver.hpp"

#include <unistd.h>

#include "sys/file.hpp"

namespace fetcher {

static constexpr std::uint64_t kStride = std::uint64_t{1} << 20;  // between two words of ours

static std::unexpected<Error> too_large(std::uint64_t most)
{
    return failed("it has more than {} bytes, the most that --max-size allows", most);
}

Result<Receiver> Receiver::make(sys::Fd file, std::optional<spec::Digest> wanted,
                                std::uint64_t most, Tell tell)
{
    Receiver it;
    it.file_ = std::move(file);
    it.wanted_ = std::move(wanted);
    it.most_ = most;
    it.tell_ = std::move(tell);
    TRY(it.begin());
    return it;
}

Result<> Receiver::begin()
{
    if (!wanted_)
        return {};
    Digester digester = TRY(Digester::make(wanted_->hash));
    digester_.emplace(std::move(digester));
    return {};
}

Result<> Receiver::expect(std::uint64_t total)
{
    if (total > most_)
        return too_large(most_);
    total_ = total;
    return tell_(size_, total_);
}

Result<> Receiver::take(std::span<const std::byte> bytes)
{
    if (bytes.size() > most_ - size_)
        return too_large(most_);
    if (digester_)
        TRY(digester_->add(bytes));
    TRY(sys::write_all(file_.get(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    size_ += bytes.size();
    if (size_ - told_ < kStride)
        return {};
    told_ = size_;
    return tell_(size_, total_);
}

Result<> Receiver::begin_anew()
{
    if (::ftruncate(file_.get(), 0) < 0 || ::lseek(file_.get(), 0, SEEK_SET) < 0)
        return failed_sys("empty a file");
    size_ = told_ = 0;
    return begin();
}

Result<> Receiver::check()
{
    if (!digester_)
        return {};
    const auto digest = TRY(digester_->finish());
    if (digest != *wanted_)
        return failed("its sha256 is {}, and should be {}", digest.hex, wanted_->hex);
    return {};
}

}  // namespace fetcher
