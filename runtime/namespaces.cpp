#include "runtime/namespaces.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

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

unsigned long Namespaces::joined_before_init() const
{
    return has(CLONE_NEWUSER) ? ~static_cast<unsigned long>(CLONE_NEWCGROUP)
                              : CLONE_NEWPID | CLONE_NEWTIME;
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
    // With the user namespace goes the right to join those of the host.
    std::ranges::stable_partition(plan.joined,
                                  [](const auto& joined) { return joined.flag != CLONE_NEWUSER; });
    return plan;
}

std::string_view namespace_word(unsigned long flag)
{
    const auto* found = std::ranges::find(kFlags, flag);
    return found == std::end(kFlags) ? "unknown"
                                     : spec::kWords<spec::NamespaceType>[static_cast<std::size_t>(
                                           found - std::begin(kFlags))];
}

static Result<> join(const JoinedNamespace& joined, const sys::Fd& fd)
{
    if (::setns(fd.get(), static_cast<int>(joined.flag)) == 0)
        return {};
    const int code = errno;
    const auto wanted = namespace_word(joined.flag);
    const int type = ::ioctl(fd.get(), NS_GET_NSTYPE);
    if (type < 0)
        return failed("join the {} namespace {}: it is no namespace", wanted, joined.path);
    if (static_cast<unsigned long>(type) != joined.flag)
        return failed("join the {} namespace {}: it is a {} namespace", wanted, joined.path,
                      namespace_word(static_cast<unsigned long>(type)));
    errno = code;
    return failed_sys("join the {} namespace {}", wanted, joined.path);
}

Result<> join_namespaces(const Namespaces& namespaces, unsigned long which)
{
    // All are opened first: in another mount namespace the paths mean something else.
    std::vector<std::pair<const JoinedNamespace*, sys::Fd>> opened;
    for (const auto& joined : namespaces.joined) {
        if (!(joined.flag & which))
            continue;
        sys::Fd fd = TRY_TO(sys::open_at(AT_FDCWD, joined.path, O_RDONLY | O_NONBLOCK),
                            "join the {} namespace", namespace_word(joined.flag));
        opened.emplace_back(&joined, std::move(fd));
    }
    for (const auto& [joined, fd] : opened)
        TRY(join(*joined, fd));
    return {};
}

Result<> make_time_namespace(const spec::TimeOffsets& offsets)
{
    if (::unshare(CLONE_NEWTIME) < 0)
        return failed_sys("make a time namespace");
    const char* path = "/proc/self/timens_offsets";
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, path, O_WRONLY));
    const std::pair<std::string_view, const std::optional<spec::TimeOffset>&> clocks[] = {
        {"monotonic", offsets.monotonic}, {"boottime", offsets.boottime}};
    for (const auto& [clock, offset] : clocks) {
        if (!offset)
            continue;
        const std::string line = format("{} {} {}", clock, offset->secs, offset->nanosecs);
        TRY_TO(sys::write_all(file.get(), line),
               "config.json: /linux/timeOffsets/{}: write \"{}\" to {}", clock, line, path);
    }
    return {};
}

Result<> raise_loopback()
{
    const sys::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket)
        return failed_sys("make a socket");
    ifreq request = {};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0)
        return failed_sys("bring up lo");
    return {};
}

}  // namespace runtime
