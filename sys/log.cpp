#include "sys/log.hpp"

#include <cstring>

#include "spec/json_writer.hpp"
#include "sys/time.hpp"

namespace sys {

std::string log_line(std::string_view level, const std::string& text, const Error* error)
{
    spec::JsonWriter json;
    json.object().member("level", level).member("msg", text).member("time", utc_now());
    if (error) {
        json.member("code", static_cast<int>(error->status));
        if (!error->step.empty())
            json.member("step", error->step);
        const auto& [pointer, line, column] = error->place;
        if (line || !pointer.empty())
            json.member("path", pointer);
        if (line)
            json.member("line", line).member("column", column);
        if (const char* name = error->code ? strerrorname_np(error->code) : nullptr)
            json.member("errno", std::string_view(name));
        if (!error->hint.empty())
            json.member("hint", error->hint);
    }
    return json.end().text() + "\n";
}

}  // namespace sys
