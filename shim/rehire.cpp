// What the supervisor does where its keeper died.
#include <sys/epoll.h>
#include <unistd.h>

#include "shim/keeper.hpp"
#include "shim/record.hpp"
#include "shim/runtime_call.hpp"
#include "shim/supervise.hpp"
#include "sys/identity.hpp"

namespace shim {

using S = Supervisor;

Result<> S::hire_another()
{
    constexpr int most = 100;
    constexpr auto haste = std::chrono::milliseconds(500);
    if (++keepers_lost_ > most)
        return failed("{} keepers were killed", keepers_lost_);
    if (Clock::now() - hired_ < haste)
        ::usleep(haste / std::chrono::microseconds(1));
    hired_ = Clock::now();
    container_.task = Word::Nothing;
    TRY(hire_keeper(container_));
    show();
    return loop_.watch(Key::Keeper, container_.other.fd().get(), EPOLLIN);
}

// With the keeper went `runtime create`; the container's first process goes with that.
Result<State> S::make_again(const Event&)
{
    TRY(call_runtime(container_, "delete", {"--force"}));
    TRY(hire_another());
    TRY(give(Word::Create));
    return State::Making;
}

Result<State> S::start_again(const Event& event)
{
    const State now = TRY(go_on_alone(event));
    if (now == State::Starting)
        TRY(give(Word::Start));
    return now;
}

// Its children are ours now if it was our child; else they have gone to a stranger.
Result<State> S::go_on_alone(const Event& event)
{
    if (const auto raw = read_raw(container_.folder); raw && *raw && !container_.end)
        container_.end = **raw;
    container_.parent = container_.above_keeper && container_.parent == Parent::Keeper
                            ? Parent::Shim
                            : Parent::Nobody;
    TRY(hire_another());
    if (container_.end)
        return ended(event);
    TRY(meet_init());
    if (container_.parent == Parent::Shim) {
        const auto alive = TRY(sys::find_process(container_.state.init));
        // The keeper has reaped it, and could not write what it saw.
        container_.lost = !reap_init() && !alive;
    }
    return container_.end || container_.lost ? ended(event) : state_;
}

}  // namespace shim
