#include "runtime/sysctl.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>

#include "sys/file.hpp"
#include "sys/root.hpp"

namespace runtime {

namespace {

// What belongs to which namespace; a name that ends in "/" stands for all below it.
struct Scope {
    std::string_view path;
    unsigned long ns;
};
constexpr Scope kScopes[] = {
    {"kernel/msgmax", CLONE_NEWIPC}, {"kernel/msgmnb", CLONE_NEWIPC},
    {"kernel/msgmni", CLONE_NEWIPC}, {"kernel/sem", CLONE_NEWIPC},
    {"kernel/shmall", CLONE_NEWIPC}, {"kernel/shmmax", CLONE_NEWIPC},
    {"kernel/shmmni", CLONE_NEWIPC}, {"kernel/shm_rmid_forced", CLONE_NEWIPC},
    {"fs/mqueue/", CLONE_NEWIPC},    {"kernel/domainname", CLONE_NEWUTS},
    {"net/", CLONE_NEWNET},          {"user/", CLONE_NEWUSER},
};

// How /proc/PID/ns calls a namespace that a parameter can belong to.
const char* file_of(unsigned long ns)
{
    switch (ns) {
        case CLONE_NEWIPC:
            return "ipc";
        case CLONE_NEWUTS:
            return "uts";
        case CLONE_NEWNET:
            return "net";
        default:
            return "user";
    }
}

std::string path_of(std::string_view name)
{
    std::string path(name);
    const auto separator = path.find_first_of("./");
    if (separator == path.npos || path[separator] == '/')
        return path;
    for (char& c : path)
        c = c == '.' ? '/' : c == '/' ? '.' : c;
    return path;
}

// Whether the kernel cannot take `path` for another one: plain names with single separators.
bool plain(std::string_view path)
{
    for (;;) {
        const std::string_view part = path.substr(0, path.find('/'));
        if (part.empty() || part == "." || part == "..")
            return false;
        if (part.size() == path.size())
            return true;
        path.remove_prefix(part.size() + 1);
    }
}

const Scope* scope_of(std::string_view path)
{
    const auto* found = std::ranges::find_if(kScopes, [&](const Scope& scope) {
        return scope.path.ends_with('/') ? path.starts_with(scope.path) : path == scope.path;
    });
    return found == std::end(kScopes) ? nullptr : found;
}

Result<Sysctl> plan_one(const std::string& name, const std::string& value,
                        const Namespaces& namespaces)
{
    Sysctl plan{.name = name, .path = path_of(name), .value = value};
    if (!plain(plan.path))
        return failed("it is not the name of a kernel parameter");
    if (plan.path == "kernel/hostname")
        return failed("the host name has a place of its own, /hostname");
    const Scope* scope = scope_of(plan.path);
    if (!scope)
        return failed("it belongs to no namespace, so that the whole host would be changed");
    plan.ns = scope->ns;
    if (!namespaces.has(plan.ns))
        return failed("it needs a namespace of type {}, or it would be the host's",
                      namespace_word(plan.ns));
    // An empty one would not be written at all, and a line that follows could be another's value.
    if (value.empty() || std::ranges::any_of(value, [](char c) { return c < ' ' && c != '\t'; }))
        return failed("its value is empty or has control characters");
    return plan;
}

}  // namespace

Result<std::vector<Sysctl>> plan_sysctls(const spec::Map<std::string>& words,
                                         const Namespaces& namespaces)
{
    std::vector<Sysctl> plan;
    for (const auto& [name, value] : words) {
        Sysctl one = TRY_TO(plan_one(name, value, namespaces), "{}", name);
        plan.push_back(std::move(one));
    }
    return plan;
}

Result<> check_sysctls(const std::vector<Sysctl>& plan, const Namespaces& namespaces)
{
    for (const auto& joined : namespaces.joined) {
        const auto one = std::ranges::find(plan, joined.flag, &Sysctl::ns);
        if (one == plan.end())
            continue;
        const std::string own = format("/proc/self/ns/{}", file_of(joined.flag));
        struct stat ours = {}, theirs = {};
        if (::stat(own.c_str(), &ours) < 0)
            return failed_sys("look at {}", own);
        if (::stat(joined.path.c_str(), &theirs) < 0)
            return failed_sys("look at {}", joined.path);
        if (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
            return failed("{}: {} is the host's own {} namespace", one->name, joined.path,
                          namespace_word(joined.flag));
    }
    return {};
}

static Result<> write_one(const sys::Fd& folder, const Sysctl& one)
{
    const sys::Fd file = TRY(sys::open_in_root(folder, one.path, O_WRONLY | O_NOFOLLOW));
    // Not what somebody has mounted there (CVE-2025-52881).
    struct statfs system = {};
    if (::fstatfs(file.get(), &system) < 0 || system.f_type != PROC_SUPER_MAGIC)
        return failed("/proc/sys/{} is not the kernel's", one.path);
    return sys::write_all(file.get(), one.value);
}

Result<> write_sysctls(const std::vector<Sysctl>& plan)
{
    if (plan.empty())
        return {};
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, "/proc/sys", O_PATH | O_DIRECTORY));
    for (const auto& one : plan)
        TRY_TO(write_one(folder, one), "config.json: /linux/sysctl: set {} to \"{}\"", one.name,
               one.value);
    return {};
}

}  // namespace runtime
