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

bool Patience::wait()
{
    if (left_ms_ <= 0)
        return false;
    const timespec pause = {.tv_sec = 0, .tv_nsec = pause_ms_ * 1'000'000};
    ::nanosleep(&pause, nullptr);
    left_ms_ -= pause_ms_;
    pause_ms_ = std::min(pause_ms_ * 2, 100L);
    return true;
}

}  // namespace sys
