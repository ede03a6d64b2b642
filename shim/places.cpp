#include "shim/places.hpp"

#include <unistd.h>

#include <cstdlib>

#include "sys/file.hpp"

namespace shim {

// A folder that $VARIABLE names; one that is not absolute is as good as none (XDG Base Directory).
static std::string from_environment(const char* variable)
{
    const char* value = ::geteuid() == 0 ? nullptr : std::getenv(variable);
    return value && *value == '/' ? value : "";
}

static std::string default_root()
{
    const std::string run = from_environment("XDG_RUNTIME_DIR");
    return run.empty() ? "/run/davit" : run + "/davit";
}

static std::string default_data()
{
    if (const std::string data = from_environment("XDG_DATA_HOME"); !data.empty())
        return data + "/davit";
    if (const std::string home = from_environment("HOME"); !home.empty())
        return home + "/.local/share/davit";
    return "/var/lib/davit";
}

Result<Places> find_places(const std::string& root, const std::string& data)
{
    Places places;
    places.root = TRY(sys::absolute(root.empty() ? default_root() : root));
    places.data = TRY(sys::absolute(data.empty() ? default_data() : data));
    return places;
}

}  // namespace shim
