#include "runtime/namespaces.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "sys/file.hpp"

namespace runtime {

static constexpr unsigned long kFlags[] = {
    // in the order of spec::NamespaceType
    CLONE_NEWNS,  CLONE_NEWPID,  CLONE_NEWNET,    CLONE_NEWUTS,
    CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWCGROUP, CLONE_NEWTIME,
};
static_assert(std::size(kFlags) == spec::kWords<spec::NamespaceType>.size());

bool Namespaces::has(unsigned long flag) const
{
    return made & flag || std::ranges::find(joined, flag, &JoinedNamespace::flag) != joined.end();
}

Namespaces plan_namespaces(const std::vector<spec::Namespace>& namespaces)
{
    Namespaces plan;
    for (const auto& ns : namespaces) {
        const unsigned long flag = kFlags[static_cast<std::size_t>(ns.type)];
        if (ns.path.empty())
            plan.made |= flag;
        else
            plan.joined.push_back({.flag = flag, .path = ns.path});
    }
    return plan;
}

std::string_view namespace_word(unsigned long flag)
{
    const auto* found = std::ranges::find(kFlags, flag);
    return found == std::end(kFlags) ? "unknown"
                                     : spec::kWords<spec::NamespaceType>[static_cast<std::size_t>(
                                           found - std::begin(kFlags))];
}

Result<> join_namespace(const JoinedNamespace& joined)
{
    const auto wanted = namespace_word(joined.flag);
    const sys::Fd fd = TRY_TO(sys::open_at(AT_FDCWD, joined.path, O_RDONLY | O_NONBLOCK),
                              "join the {} namespace", wanted);
    if (::setns(fd.get(), static_cast<int>(joined.flag)) == 0)
        return {};
    const int code = errno;
    const int type = ::ioctl(fd.get(), NS_GET_NSTYPE);
    if (type < 0)
        return failed("join the {} namespace {}: it is no namespace", wanted, joined.path);
    if (static_cast<unsigned long>(type) != joined.flag)
        return failed("join the {} namespace {}: it is a {} namespace", wanted, joined.path,
                      namespace_word(static_cast<unsigned long>(type)));
    errno = code;
    return failed_sys("join the {} namespace {}", wanted, joined.path);
}

}  // namespace runtime
