#include "fetcher/crew.hpp"

#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <climits>
#include <map>

#include "sys/loop.hpp"
#include "sys/process.hpp"

namespace fetcher {

namespace {

constexpr unsigned kInterrupts = UINT_MAX;  // a key

struct Part {
    const Crew& crew;
    std::size_t number = 0;
    sys::Channel parent = {};
};

int work(void* argument)
{
    const auto& part = *static_cast<Part*>(argument);
    const auto done = part.crew.work(part.number, part.parent);
    if (!done)
        (void)part.parent.send(done.error());  // a parent that is gone hears nothing
    return done ? 0 : 1;
}

struct Worker {
    sys::Process process = {};
    sys::Channel channel = {};
};

class Run {
public:
    Run(std::size_t count, const Crew& crew) : count_(count), crew_(crew) {}

    Result<> run()
    {
        loop_ = TRY(sys::Loop::make());
        if (crew_.interrupts >= 0)
            TRY(loop_.watch(kInterrupts, crew_.interrupts, EPOLLIN));
        while (next_ < count_ || !workers_.empty()) {
            while (next_ < count_ && workers_.size() < crew_.at_once)
                TRY(start(next_++));
            const auto ready = TRY(loop_.wait(-1));
            for (const auto& each : ready)
                TRY(each.key == kInterrupts ? interrupted() : hear(each.key));
        }
        return {};
    }

private:
    Result<> start(std::size_t number)
    {
        auto pair = TRY(sys::make_channel());
        Part part{crew_, number, std::move(pair.there)};
        Worker worker;
        worker.process = TRY(sys::spawn_worker(work, &part));
        worker.channel = std::move(pair.here);
        TRY(loop_.watch(static_cast<unsigned>(number), worker.channel.fd().get(), EPOLLIN));
        workers_.emplace(number, std::move(worker));
        return {};
    }

    Result<> hear(std::size_t number)
    {
        Worker& worker = workers_.at(number);
        const auto message = TRY_TO(worker.channel.receive(), "{}", crew_.name(number));
        if (message) {
            crew_.hear(number, *message);
            return {};
        }
        TRY(loop_.watch(static_cast<unsigned>(number), worker.channel.fd().get(), 0));
        const int status = TRY(worker.process.wait());
        if (status != 0)
            return failed("{}: its process ended with {} and no word", crew_.name(number), status);
        workers_.erase(number);
        return crew_.done(number);
    }

    Result<> interrupted() const
    {
        signalfd_siginfo info = {};
        if (::read(crew_.interrupts, &info, sizeof info) != sizeof info)
            return {};
        return failed("stopped by SIG{}", ::sigabbrev_np(static_cast<int>(info.ssi_signo)));
    }

    std::size_t count_;
    const Crew& crew_;
    sys::Loop loop_ = {};
    std::map<std::size_t, Worker> workers_ = {};
    std::size_t next_ = 0;
};

}  // namespace

Result<> run_crew(std::size_t count, const Crew& crew)
{
    return count > 0 ? Run(count, crew).run() : Result<>();
}

}  // namespace fetcher
