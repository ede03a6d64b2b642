#include "runtime/selinux.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "runtime/mount_options.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace runtime {

static constexpr std::size_t kLabelMost = 4096;

Result<> check_selinux(const std::string& label)
{
    if (label.empty())
        return {};
    // In the options of a mount it stands in quotes.
    if (label.size() > kLabelMost || label.find_first_of("\"\n") != label.npos)
        return failed("{} is no label", spec::quoted(label));
    struct statfs found = {};
    if (::statfs("/sys/fs/selinux", &found) < 0 || found.f_type != SELINUX_MAGIC)
        return failed("\"{}\": SELinux is off on this host", label);
    const auto own = sys::read_proc_file(AT_FDCWD, "/proc/thread-self/attr/current", kLabelMost);
    if (!own || own->starts_with("kernel"))
        return failed("\"{}\": SELinux has no policy on this host", label);
    return {};
}

// The kernel takes both back at execve.
static Result<> write_attribute(int proc, const char* name, const std::string& label)
{
    if (label.empty())
        return {};
    const sys::Fd file = TRY(sys::open_at(proc, format("thread-self/attr/{}", name), O_WRONLY));
    TRY_TO(sys::write_all(file.get(), label), "choose the SELinux label \"{}\" ({})", label, name);
    return {};
}

Result<> label_on_execute(int proc, const std::string& label)
{
    return write_attribute(proc, "exec", label);
}

Result<> label_keyrings(int proc, const std::string& label)
{
    return write_attribute(proc, "keycreate", label);
}

std::string with_context(std::string_view options, std::string_view label)
{
    if (label.empty() || has_value_for(options, "context"))
        return std::string(options);
    // In quotes, for it may have commas: "s0:c1,c2".
    return format("{}{}context=\"{}\"", options, options.empty() ? "" : ",", label);
}

Result<> set_label(int root, const std::string& label)
{
    if (label.empty())
        return {};
    const std::string path = format("/proc/self/fd/{}", root);
    if (::setxattr(path.c_str(), "security.selinux", label.c_str(), label.size() + 1, 0) < 0)
        return failed_sys("give it the SELinux label \"{}\"", label);
    return {};
}

}  // namespace runtime
