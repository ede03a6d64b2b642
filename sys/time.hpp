// The time of day, and waiting for what nothing tells of.
#pragma once

#include <time.h>

#include <cstdint>
#include <string>

namespace sys {

// RFC 3339 in UTC, to the nanosecond. Not by gmtime, which would first read the time zone's file.
std::string utc_now();
std::string utc(const timespec& time);

void pause(std::uint64_t ms);

// Pauses between looks at what others finish by themselves, ten seconds in all; false once they are
// over.
class Patience {
public:
    bool wait();

private:
    long left_ms_ = 10'000;
    long pause_ms_ = 1;
};

}  // namespace sys
