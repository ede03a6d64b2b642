#include "sys/places.hpp"

#include <unistd.h>

#include <cstdlib>

namespace sys {

std::string folder_of_variable(const char* variable, const char* below)
{
    const char* value = std::getenv(variable);
    return value && *value == '/' ? std::string(value) + below : "";
}

std::string folder_of_what_runs()
{
    const std::string own = ::geteuid() == 0 ? "" : folder_of_variable("XDG_RUNTIME_DIR", "/davit");
    return own.empty() ? "/run/davit" : own;
}

std::string folder_of_what_lasts()
{
    constexpr const char* system = "/var/lib/davit";
    if (::geteuid() == 0)
        return system;
    const std::string data = folder_of_variable("XDG_DATA_HOME", "/davit");
    const std::string home = folder_of_variable("HOME", "/.local/share/davit");
    return !data.empty() ? data : !home.empty() ? home : system;
}

}  // namespace sys
