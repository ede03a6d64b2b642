#include "sys/time.hpp"

#include <chrono>

#include "spec/result.hpp"

namespace sys {

std::string utc_now()
{
    using namespace std::chrono;
    const auto time = system_clock::now();
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<nanoseconds>(time - day));
    return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                  clock.subseconds().count());
}

}  // namespace sys
