#include "sys/loop.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace sys {

static constexpr std::size_t kAtOnce = 16;

Result<Loop> Loop::make()
{
    Loop loop;
    loop.epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    return loop.epoll_ ? Result<Loop>(std::move(loop)) : failed_sys("make an epoll");
}

Loop::Watch& Loop::find(unsigned key)
{
    const auto found = std::ranges::find(watches_, key, &Watch::key);
    return found != watches_.end() ? *found : watches_.emplace_back(Watch{.key = key});
}

Result<> Loop::watch(unsigned key, int fd, std::uint32_t events)
{
    Watch& now = find(key);
    if (now.fd == fd && now.events == events)
        return {};
    epoll_event wanted = {.events = events, .data = {.u64 = key}};
    if (now.events && !now.always && (now.fd != fd || !events))
        (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, now.fd, &wanted);
    const bool known = now.events && !now.always && now.fd == fd;
    now = {.key = key, .fd = fd, .events = events};
    if (!events)
        return {};
    const int how = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (::epoll_ctl(epoll_.get(), how, fd, &wanted) == 0)
        return {};
    if (errno != EPERM)
        return failed_sys("watch descriptor {}", fd);
    now.always = true;
    return {};
}

Result<std::vector<Loop::Ready>> Loop::wait(int timeout_ms)
{
    const auto always = [](const Watch& watch) { return watch.always && watch.events; };
    std::vector<Ready> ready;
    for (const auto& watch : watches_)
        if (always(watch))
            ready.push_back({watch.key, watch.events});
    epoll_event events[kAtOnce];
    const int count = ::epoll_wait(epoll_.get(), events, kAtOnce, ready.empty() ? timeout_ms : 0);
    if (count < 0 && errno != EINTR)
        return failed_sys("wait for events");
    for (int i = 0; i < count; ++i)
        ready.push_back({static_cast<unsigned>(events[i].data.u64), events[i].events});
    return ready;
}

}  // namespace sys
