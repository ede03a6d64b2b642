// The time of day.
#pragma once

#include <time.h>

#include <string>

namespace sys {

// RFC 3339 in UTC, to the nanosecond. Not by gmtime, which would first read the time zone's file.
std::string utc_now();
std::string utc(const timespec& time);

}  // namespace sys
