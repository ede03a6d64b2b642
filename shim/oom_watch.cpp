#include "shim/oom_watch.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shim/usage.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"

namespace shim {

static constexpr std::chrono::milliseconds kSoonest{2};
static constexpr std::chrono::milliseconds kLatest{512};

static std::uint64_t count_in(const sys::Fd& file)
{
    char text[4096];
    const ssize_t size = ::pread(file.get(), text, sizeof text, 0);
    return size > 0 ? oom_kills_in({text, static_cast<std::size_t>(size)}) : 0;
}

// Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"
static Result<sys::Fd> watch_v1(const std::string& cgroup, const sys::Fd& counts)
{
    sys::Fd events(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!events)
        return failed_sys("make an eventfd");
    const sys::Fd control = TRY(sys::open_at(AT_FDCWD, cgroup + "/cgroup.event_control", O_WRONLY));
    TRY(sys::write_all(control.get(), format("{} {}", events.get(), counts.get())));
    return events;
}

Result<OomWatch> OomWatch::open(const std::string& cgroup, std::uint64_t seen)
{
    OomWatch watch;
    if (auto v1 = sys::open_at(AT_FDCWD, cgroup + "/memory.oom_control", O_RDONLY)) {
        watch.events_ = TRY(watch_v1(cgroup, *v1));
        watch.counts_ = std::move(*v1);
    } else {
        watch.counts_ = TRY(sys::open_at(AT_FDCWD, cgroup + "/memory.events", O_RDONLY));
    }
    watch.seen_ = watch.last_ = seen;
    if (count_in(watch.counts_) != seen)
        watch.notice();
    return watch;
}

std::uint32_t OomWatch::events() const
{
    return events_ ? EPOLLIN : EPOLLPRI;
}

void OomWatch::notice()
{
    std::uint64_t ignored = 0;
    if (events_)
        (void)!::read(events_.get(), &ignored, sizeof ignored);
    const std::uint64_t counted = count_in(counts_);  // on v2 this is what takes the event
    if (due_ || (!events_ && counted == seen_))
        return;
    pause_ = kSoonest;
    due_ = Clock::now() + pause_;
}

bool OomWatch::look(pid_t init)
{
    due_.reset();
    const std::uint64_t counted = count_in(counts_);
    const bool stays = counted == last_;
    last_ = counted;
    if (sys::is_dying(init))
        return false;
    if (stays && counted > seen_) {
        seen_ = counted;
        return true;
    }
    pause_ *= 2;
    if (pause_ <= kLatest)
        due_ = Clock::now() + pause_;
    return false;
}

}  // namespace shim
