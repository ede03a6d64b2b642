#include "runtime/passwd.hpp"

#include "sys/file.hpp"

namespace runtime {

static constexpr std::size_t kPasswdMost = std::size_t{1} << 20;

std::optional<PasswdEntry> passwd_entry(std::uint32_t uid)
{
    const auto passwd = sys::read_file(AT_FDCWD, "/etc/passwd", kPasswdMost);
    for (std::string_view rest = passwd ? *passwd : std::string_view(); !rest.empty();) {
        // name:password:uid:gid:comment:home:shell
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        std::string_view fields[7];
        for (auto& field : fields) {
            field = line.substr(0, line.find(':'));
            line.remove_prefix(std::min(field.size() + 1, line.size()));
        }
        if (fields[2] == format("{}", uid))
            return PasswdEntry{.name = std::string(fields[0]), .home = std::string(fields[5])};
    }
    return std::nullopt;
}

}  // namespace runtime
