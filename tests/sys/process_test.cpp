#include "sys/process.hpp"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "sys/channel.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/steps.hpp"

static int die_by_signal(void*)
{
    ::raise(SIGTERM);
    return 0;
}
static int end_with_7(void*)
{
    return 7;
}
static int sleep_long(void*)
{
    ::pause();
    return 0;
}

Test(process, its_end_is_told_as_a_shell_tells_it)
{
    auto ended = sys::spawn(0, -1, end_with_7, nullptr);
    cr_expect_eq(*ended->wait(), 7);
    auto killed = sys::spawn(0, -1, die_by_signal, nullptr);
    cr_expect_eq(*killed->wait(), 128 + SIGTERM);
}

Test(process, is_found_again_while_it_lives_and_never_mistaken)
{
    auto child = sys::spawn(0, -1, sleep_long, nullptr);
    const auto identity = sys::identify(child->pid(), child->pidfd());
    cr_assert(identity);
    cr_expect(*sys::find_process(*identity));

    auto other = *identity;
    other.boot_id = "another";
    cr_expect(!*sys::find_process(other));
    other = *identity;
    other.pidfd_inode = 0;  // as of a kernel without: then the start time decides
    cr_expect(*sys::find_process(other));
    ++other.start_time;
    cr_expect(!*sys::find_process(other));
    if (identity->pidfd_inode) {
        other = *identity;
        ++other.pidfd_inode;
        cr_expect(!*sys::find_process(other));
    }
    cr_assert(sys::send_signal(child->pidfd(), SIGKILL));
    ::usleep(100000);
    cr_expect(!*sys::find_process(*identity), "it has ended, though nobody reaped it");
}

Test(process, closes_all_descriptors_but_those_that_are_kept)
{
    const int kept = ::fcntl(0, F_DUPFD, 20), gone = ::fcntl(0, F_DUPFD, 30);
    cr_assert(sys::close_all_but({kept, -1}));
    const bool right = ::fcntl(kept, F_GETFD) >= 0 && ::fcntl(gone, F_GETFD) < 0;
    ::_exit(right ? 0 : 1);  // Criterion's own descriptors are gone, too: its code is what it sees
}

Test(channel, an_error_arrives_as_if_it_had_happened_here)
{
    const auto pair = sys::make_channel();
    const Error error{.doing = std::string(5000, 'x'),
                      .code = EPERM,
                      .status = Status::NotFound,
                      .hint = "are you root?"};
    cr_assert(pair->there.send(error));
    const auto received = pair->here.receive();
    cr_assert(!received);
    cr_expect_eq(received.error().code, EPERM);
    cr_expect(received.error().status == Status::NotFound);
    cr_expect_str_eq(received.error().hint.c_str(), "are you root?");
    cr_expect_gt(received.error().doing.size(), 800);
}

Test(channel, messages_and_descriptors_pass_and_its_end_is_told)
{
    auto pair = sys::make_channel();
    const sys::Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    cr_assert(pair->there.send('a', &null));
    cr_assert(pair->there.send('b'));
    cr_assert(pair->here.send('x'));  // unread when the other side closes: a reset
    pair->there = {};
    auto first = pair->here.receive();
    cr_assert(first && *first);
    cr_expect_eq((*first)->kind, 'a');
    cr_expect((*first)->fd);
    const auto second = pair->here.receive();
    cr_expect_eq((*second)->kind, 'b');
    cr_expect(!(*second)->fd);
    cr_expect(!*pair->here.receive());
}

struct Counter {
    int value = 0;
};

Test(steps, run_in_order_and_stop_at_the_first_that_fails_naming_it)
{
    static constexpr sys::Step<Counter> kSteps[] = {
        {"add", [](Counter& c) -> Result<> { return ++c.value, Result<>(); }},
        {"stop", [](Counter&) -> Result<> { return failed("stopped"); }},
        {"add again", [](Counter& c) -> Result<> { return ++c.value, Result<>(); }},
    };
    Counter counter;
    const auto done = sys::run_steps<Counter>(kSteps, counter);
    cr_assert(!done);
    cr_expect_eq(counter.value, 1);
    cr_expect_str_eq(done.error().doing.c_str(), "stop: stopped");

    ::setenv("TEST_FAIL_AT", "add", 1);
    sys::steps_of("TEST");
    const auto failed_first = sys::run_steps<Counter>(kSteps, counter);
    cr_expect_eq(counter.value, 1);
    cr_expect_str_eq(failed_first.error().doing.c_str(), "add: failed on request");

    sys::begin_life(2);
    cr_expect_eq(sys::run_steps<Counter>(kSteps, counter).error().doing, "stop: stopped");
    ::setenv("TEST_FAIL_AT", "add@2", 1);
    sys::steps_of("TEST");
    cr_expect(sys::run_steps<Counter>(kSteps, counter).error().doing == "stop: stopped");
    sys::begin_life(2);
    cr_expect(sys::run_steps<Counter>(kSteps, counter).error().doing == "add: failed on request");
    cr_expect(sys::run_steps<Counter>(kSteps, counter).error().doing == "stop: stopped", "once");

    ::setenv("TEST_FAIL_AT", "other,stop,add", 1);
    sys::steps_of("TEST");
    cr_expect(sys::run_steps<Counter>(kSteps, counter).error().doing == "add: failed on request");
    cr_expect(sys::run_steps<Counter>(kSteps, counter).error().doing == "stop: failed on request");
}

Test(steps, a_trace_goes_to_a_file_that_is_there)
{
    char path[] = "/tmp/steps.XXXXXX";
    const sys::Fd file(::mkstemp(path));
    cr_assert(file);
    ::setenv("TEST_TRACE", path, 1);
    sys::steps_of("TEST");
    cr_expect(sys::run_step("one", [] { return Result<>(); }));
    sys::begin_life(2);
    cr_expect(sys::run_step("two", [] { return Result<>(); }));
    cr_expect(!sys::run_step("three", []() -> Result<> { return failed("failed"); }));
    const auto text = sys::read_file(AT_FDCWD, path, 4096);
    ::unlink(path);
    cr_assert(text);
    cr_expect(text->find(" us  one\n") != text->npos);
    cr_expect(text->ends_with(" us  two@2\n"));
}

Test(process, its_end_is_told_to_others_than_its_parent)
{
    auto child = sys::spawn(0, -1, end_with_7, nullptr);
    const auto identity = sys::identify(child->pid(), child->pidfd());
    cr_assert(identity);
    pollfd ended = {.fd = child->pidfd().get(), .events = POLLIN, .revents = 0};
    cr_assert_eq(::poll(&ended, 1, 10000), 1);
    cr_expect_eq(sys::wait_status(*identity, child->pidfd()).value_or(-1), 7 << 8, "a zombie");
    const auto seen = sys::next_ended_child();
    cr_assert(seen);
    cr_expect_eq(seen->pid, child->pid());
    cr_expect_eq(seen->wait_status, 7 << 8);
    sys::reap(child->pid());
    child->detach();
    cr_expect_eq(sys::wait_status(*identity, child->pidfd()).value_or(7 << 8), 7 << 8, "reaped");
    cr_expect(!sys::next_ended_child());
}
