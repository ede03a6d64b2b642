#include "runtime/apparmor.hpp"

#include <fcntl.h>

#include "sys/file.hpp"

namespace runtime {

static constexpr std::size_t kSwitchMost = 16;

Result<> check_apparmor(const std::string& profile)
{
    if (profile.empty())
        return {};
    const auto enabled =
        sys::read_proc_file(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", kSwitchMost);
    return enabled && enabled->starts_with('Y')
               ? Result<>()
               : failed("\"{}\": AppArmor is off on this host", profile);
}

Result<> confine_on_execute(int proc, const std::string& profile)
{
    if (profile.empty())
        return {};
    auto file = sys::open_at(proc, "thread-self/attr/apparmor/exec", O_WRONLY);
    if (!file && file.error().code == ENOENT)  // Linux before 5.8: AppArmor alone has it then
        file = sys::open_at(proc, "thread-self/attr/exec", O_WRONLY);
    const sys::Fd attribute = TRY(std::move(file));
    auto written = sys::write_all(attribute.get(), "exec " + profile);
    if (written)
        return {};
    if (written.error().code == ENOENT)
        return failed("AppArmor profile \"{}\" is not loaded on this host", profile);
    written.error().doing = format("choose the AppArmor profile \"{}\"", profile);
    return written;
}

}  // namespace runtime
