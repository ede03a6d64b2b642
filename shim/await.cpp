#include "shim/await.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>

#include "shim/record.hpp"
#include "shim/recover.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How often we look whether shim and keeper still live, and, once its end is on record, whether
// they are through: of that the kernel tells nothing.
constexpr milliseconds kLook{1000};
constexpr milliseconds kLookSoonest{2};
constexpr milliseconds kLookSoon{50};

class Wait {
public:
    explicit Wait(Existing existing) : existing_(std::move(existing)) {}

    void open()
    {
        // A user has few instances, and so many watches: where there is none left we look.
        events_ = sys::Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        const std::string path = format("/proc/self/fd/{}", existing_.record.get());
        if (events_ &&
            ::inotify_add_watch(events_.get(), path.c_str(), IN_MOVED_TO | IN_DELETE_SELF) < 0)
            events_ = {};
        // Where --rm removes the record, this file of it is still ours to read.
        if (auto file = sys::open_at(existing_.record.get(), kReservedFile, O_RDONLY | O_NOFOLLOW))
            reserved_ = std::move(*file);
    }

    Result<std::optional<Ended>> until(Deadline deadline)
    {
        for (;;) {
            TRY(look());
            if (through_)
                return Ended{.record = std::move(*end_), .left = std::move(left_)};
            const auto now = Clock::now();
            if (deadline && now >= *deadline)
                return std::nullopt;
            milliseconds most = end_ ? look_soon_ : events_ ? kLook : kLookSoon;
            if (deadline)
                most = std::min(most, std::chrono::ceil<milliseconds>(*deadline - now));
            if (end_)
                look_soon_ = std::min(look_soon_ * 2, kLookSoon);
            pollfd event = {.fd = end_ ? -1 : events_.get(), .events = POLLIN, .revents = 0};
            (void)::poll(&event, 1, static_cast<int>(most.count()));
            char ignored[1024];
            if (events_)
                (void)!::read(events_.get(), ignored, sizeof ignored);
        }
    }

private:
    Result<> look()
    {
        const bool removed = is_removed(existing_.record);
        if (!end_)
            end_ = TRY(removed ? read_reserved() : read_exit(existing_.record));
        if (removed) {
            through_ = end_.has_value();
            return through_ ? Result<>() : failed("container does not exist any more");
        }
        const bool guarded = TRY(is_guarded(existing_.record));
        if (guarded)
            return {};
        // Nobody writes any more: a second look has seen all that was written.
        if (!end_)
            end_ = TRY(read_exit(existing_.record));
        const auto recovered = clear_away();
        through_ = end_.has_value();
        if (!through_)
            return recovered;
        // What is known is told, whatever hinders the rest.
        if (!recovered && !is_removed(existing_.record))
            left_ = recovered.error().message();
        return {};
    }

    Result<> clear_away()
    {
        auto again = TRY(find_existing(existing_.places, existing_.id));
        const auto recovery = TRY(recover(std::move(again)));
        if (recovery.what == Recovered::Broken && !end_)
            return failed("its record is broken: {}", recovery.reason);
        return {};
    }

    Result<std::optional<spec::ExitRecord>> read_reserved() const
    {
        if (!reserved_)
            return std::nullopt;
        const std::string path = format("/proc/self/fd/{}", reserved_.get());
        const std::string text = TRY(sys::read_file(AT_FDCWD, path, kRecordMost));
        auto record = spec::read_exit_record(text, kExitFile);
        return record ? std::optional(std::move(*record)) : std::nullopt;
    }

    Existing existing_;
    sys::Fd events_ = {};  // inotify
    sys::Fd reserved_ = {};
    std::optional<spec::ExitRecord> end_ = {};
    std::string left_ = {};
    bool through_ = false;
    milliseconds look_soon_ = kLookSoonest;
};

}  // namespace

Deadline after(const std::optional<spec::Duration>& timeout)
{
    return timeout ? Deadline(Clock::now() + milliseconds(timeout->ms)) : std::nullopt;
}

Result<std::optional<Ended>> await_end(const Places& places, const std::string& id,
                                       Deadline deadline)
{
    auto existing = TRY(find_existing(places, id));
    if (!existing.broken.empty() && !existing.guarded && !existing.exit)
        return failed("its record is broken: {}", existing.broken);
    Wait wait(std::move(existing));
    wait.open();
    return wait.until(deadline);
}

}  // namespace shim
