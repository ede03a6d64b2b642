#include "runtime/listener.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "runtime/making.hpp"
#include "spec/json_writer.hpp"
#include "spec/version.hpp"
#include "sys/socket.hpp"
#include "sys/time.hpp"

namespace runtime {

namespace {

constexpr int kTaken = -1;
constexpr time_t kSendSeconds = 10;
constexpr std::int64_t kWaitNs = 30'000'000'000;  // more than the other side has for all it does

// The memory of both: 0, then 1 + the number of the descriptor, then kTaken.
class SharedWord {
public:
    SharedWord() = default;
    SharedWord(const SharedWord&) = delete;
    SharedWord& operator=(const SharedWord&) = delete;
    ~SharedWord()
    {
        if (at_)
            ::munmap(at_, sizeof *at_);
    }
    Result<> map(const sys::Fd& file)
    {
        void* const at =
            ::mmap(nullptr, sizeof *at_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
        if (at == MAP_FAILED)
            return failed_sys("map shared memory");
        at_ = static_cast<std::atomic<int>*>(at);
        return {};
    }
    std::atomic<int>& operator*() const { return *at_; }
    void leave() { at_ = nullptr; }

private:
    std::atomic<int>* at_ = nullptr;
};
static_assert(std::atomic<int>::is_always_lock_free && sizeof(std::atomic<int>) == sizeof(int));

void look_again()
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// How many looks take that much CPU time here: no clock is asked while they are made.
std::int64_t looks_most()
{
    constexpr int tried = 1 << 12;
    const auto used_ns = [] {
        timespec used = {};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
        return used.tv_sec * 1'000'000'000 + used.tv_nsec;
    };
    const std::int64_t before = used_ns();
    for (int i = 0; i < tried; ++i)
        look_again();
    return kWaitNs / std::max<std::int64_t>(1, used_ns() - before) * tried;
}

// The process has a filter now, or has said why not.
Result<int> hear_number(const sys::Channel& channel, const std::atomic<int>& word)
{
    for (sys::Patience patience;;) {
        if (const int number = word.load(); number > 0)
            return number - 1;
        pollfd said = {.fd = channel.fd().get(), .events = POLLIN, .revents = 0};
        if (::poll(&said, 1, 0) == 1) {
            TRY(channel.receive());
            return failed("the process has ended while it loaded its filter");
        }
        if (!patience.wait())
            return failed("the process has not loaded its filter within ten seconds");
    }
}

// config-linux.md, "The Container Process State".
std::string process_state(const Supervised& process)
{
    spec::JsonWriter json;
    json.object().member("ociVersion", spec::kRuntimeSpec);
    json.key("fds").array().value("seccompFd").end();
    json.member("pid", process.pid);
    if (const auto& metadata = process.linux.seccomp->listener_metadata; !metadata.empty())
        json.member("metadata", metadata);
    json.key("state");
    spec::write_state(json, process.state, process.status, "");
    return json.end().text();
}

// All of it in one message, however long: whoever reads slowly is waited for.
Result<> send_state(const sys::Fd& supervisor, const std::string& text, const sys::Fd& listener)
{
    const timeval most = {.tv_sec = kSendSeconds, .tv_usec = 0};
    if (::setsockopt(supervisor.get(), SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) < 0 ||
        ::fcntl(supervisor.get(), F_SETFL, 0) < 0)
        return failed_sys("have the socket wait");
    return sys::send_message(supervisor, text, &listener);
}

Result<> pass_listener(const sys::Channel& channel, const sys::Fd& memory,
                       const Supervised& process, const sys::Fd& supervisor)
{
    SharedWord word;
    struct stat status = {};
    if (::fstat(memory.get(), &status) < 0 || status.st_size < off_t{sizeof(int)})
        return failed("the memory to share is too small");
    TRY(word.map(memory));
    const int number = TRY(hear_number(channel, *word));
    const sys::Fd listener(
        static_cast<int>(::syscall(SYS_pidfd_getfd, process.pidfd.get(), number, 0)));
    if (!listener)
        return failed_sys("take the listener of its filter");
    TRY_TO(send_state(supervisor, process_state(process), listener),
           "config.json: /linux/seccomp/listenerPath");
    (*word).store(kTaken);
    return {};
}

}  // namespace

Result<> load_supervised(const SeccompFilter& filter, const sys::Channel& parent)
{
    SharedWord word;
    {
        const sys::Fd file(::memfd_create("listener", MFD_CLOEXEC));
        if (!file || ::ftruncate(file.get(), sizeof(int)) < 0)
            return failed_sys("make shared memory");
        TRY(word.map(file));
        TRY(parent.send(static_cast<char>(Word::Listener), &file));
    }
    const std::int64_t most = looks_most();
    const int number = TRY(load_seccomp_with_listener(filter));
    // No system call from here on. The descriptor goes with execve, as the memory does.
    std::atomic<int>& shared = *word;
    word.leave();
    shared.store(number + 1);
    for (std::int64_t looks = 0; shared.load() != kTaken; ++looks) {
        if (looks == most)
            __builtin_trap();
        look_again();
    }
    return {};
}

Result<sys::Fd> connect_to_supervisor(const spec::Linux& linux)
{
    if (!linux.seccomp || !spec::notifies(*linux.seccomp))
        return sys::Fd();
    return TRY_TO(sys::connect_to(linux.seccomp->listener_path),
                  "config.json: /linux/seccomp/listenerPath");
}

Result<> see_it_start(const sys::Channel& process, const Hear& hear, const Supervised& told,
                      sys::Fd supervisor)
{
    auto message = TRY(hear());
    if (message && message->kind == static_cast<char>(Word::Listener) && supervisor) {
        TRY(pass_listener(process, message->fd, told, supervisor));
        supervisor = {};  // one connection, one state
        message = TRY(hear());
    }
    // Its end closes with execve; a message is an error.
    return message ? failed("a message '{}' where none was expected", message->kind) : Result<>();
}

}  // namespace runtime
