#include "fetcher/retry.hpp"

#include <algorithm>

namespace fetcher {

bool may_pass(const Setback& setback)
{
    if (setback.failure != HttpFailure::None)
        return setback.failure == HttpFailure::Connection;
    const long status = setback.status;
    return status == 408 || status == 425 || status == 429 ||
           (status >= 500 && status != 501 && status != 505);
}

std::optional<spec::Duration> Retry::after(const Setback& setback, std::uint32_t random)
{
    ++tries_;
    in_a_row_ = setback.brought >= kProgress ? 1 : in_a_row_ + 1;
    if (!may_pass(setback) || in_a_row_ > rules_.times)
        return std::nullopt;
    std::uint64_t most = std::min(rules_.delay.ms, kPauseMost.ms);
    for (unsigned i = 1; i < in_a_row_ && most < kPauseMost.ms; ++i)
        most *= 2;
    most = std::min(most, kPauseMost.ms);
    const std::uint64_t least = most / 2;
    const std::uint64_t own = least + (((most - least) * random) >> 32);
    return spec::Duration{std::max(own, std::min(setback.retry_after.ms, kPauseMost.ms))};
}

}  // namespace fetcher
