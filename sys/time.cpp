#include "sys/time.hpp"

#include <algorithm>
#include <chrono>

#include "spec/result.hpp"

namespace sys {

std::string utc(const timespec& since_epoch)
{
    using namespace std::chrono;
    const sys_time<nanoseconds> time(seconds(since_epoch.tv_sec) +
                                     nanoseconds(since_epoch.tv_nsec));
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<nanoseconds>(time - day));
    return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                  clock.subseconds().count());
}

std::string utc_now()
{
    timespec now = {};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return utc(now);
}

void pause(std::uint64_t ms)
{
    timespec left = {.tv_sec = static_cast<time_t>(ms / 1'000),
                     .tv_nsec = static_cast<long>(ms % 1'000) * 1'000'000};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

bool Patience::wait()
{
    if (left_ms_ <= 0)
        return false;
    pause(static_cast<std::uint64_t>(pause_ms_));
    left_ms_ -= pause_ms_;
    pause_ms_ = std::min(pause_ms_ * 2, 100L);
    return true;
}

}  // namespace sys
