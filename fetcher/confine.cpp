#include "fetcher/confine.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "fetcher/confine_filter.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace fetcher {

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;  // terabytes of address space, and reports to standard error
#else
constexpr bool kSanitized = false;
#endif

constexpr std::uint64_t kCapabilities = 1U << CAP_CHOWN | 1U << CAP_DAC_OVERRIDE |
                                        1U << CAP_FOWNER | 1U << CAP_FSETID | 1U << CAP_MKNOD |
                                        std::uint64_t{1} << CAP_SETFCAP;
constexpr rlim_t kFilesMost = 128;
constexpr int kErrnoMost = 4095;
constexpr int kNoMemory = 77;  // what the child ends with
constexpr unsigned long kNamespaces =
    CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID;

// What the child says at its end: one write to a pipe, so whole or not at all.
struct Report {
    int failed = 0;
    int code = 0;
    char text[Confined::kAnswerMost + 1] = {};
};
static_assert(sizeof(Report) <= 4096);

struct Child {
    Confinement confinement = {};
    sys::Fd root = {};  // the mount that will be its "/"
    sys::Fd report = {};
    Confined::Work work = nullptr;
    void* argument = nullptr;
};

Result<> give_up_descriptors(const Child& child)
{
    const int errors = kSanitized ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1;
    TRY(sys::give_up_stdio());
    if (::dup2(child.confinement.input, STDIN_FILENO) < 0 ||
        (errors >= 0 && ::dup2(errors, STDERR_FILENO) < 0))
        return failed_sys("take the input");
    return sys::close_all_but({child.root.get(), child.report.get(), child.confinement.file});
}

Result<> enter_root(const sys::Fd& root)
{
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        return failed_sys("make mounts private");
    TRY(sys::attach_on_root(root));
    // The old root lands on top of the new one, where "." finds it (pivot_root(2), NOTES).
    if (::fchdir(root.get()) < 0 || ::syscall(SYS_pivot_root, ".", ".") < 0 ||
        ::umount2(".", MNT_DETACH) < 0 || ::chdir("/") < 0)
        return failed_sys("enter the folder");
    ::close(root.get());
    return {};
}

Result<> limit(const Confinement& confinement)
{
    const struct {
        __rlimit_resource resource;
        rlim_t most;
    } limits[] = {
        {RLIMIT_FSIZE, confinement.file_most},
        {RLIMIT_NOFILE, kFilesMost},
        {RLIMIT_CORE, 0},
        {RLIMIT_AS, kSanitized ? RLIM_INFINITY : rlim_t{confinement.memory_most}},
    };
    for (const auto& [resource, most] : limits) {
        const rlimit both = {.rlim_cur = most, .rlim_max = most};
        if (::setrlimit(resource, &both) < 0)
            return failed_sys("set resource limit {}", static_cast<int>(resource));
    }
    (void)::signal(SIGXFSZ, SIG_IGN);  // EFBIG, then
    return {};
}

Result<> drop_rights()
{
    for (unsigned int number = 0; ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
        if (!(kCapabilities >> number & 1) && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0)
            return failed_sys("drop capability {} from the bounding set", number);
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    for (int half = 0; half < 2; ++half)
        data[half].effective = data[half].permitted =
            static_cast<__u32>(kCapabilities >> (32 * half));
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        ::syscall(SYS_capset, &header, data) < 0)
        return failed_sys("drop capabilities");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed_sys("give up new privileges");
    return {};
}

Result<> confine(const Child& child)
{
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return failed_sys("tie it to its parent");
    TRY(give_up_descriptors(child));
    TRY(enter_root(child.root));
    ::umask(0);
    TRY(limit(child.confinement));
    TRY(drop_rights());
    return load_filter();
}

int run(void* argument)
{
    const auto& child = *static_cast<const Child*>(argument);
    std::set_new_handler([] { ::_exit(kNoMemory); });
    Result<std::string> done = "";
    if (const auto confined = confine(child); !confined)
        done = std::unexpected(confined.error());
    else
        done = child.work(child.argument);
    Report report{.failed = !done, .code = done ? 0 : done.error().code};
    const std::string& text = done ? *done : done.error().doing;
    std::copy_n(text.data(), std::min(text.size(), Confined::kAnswerMost), report.text);
    const bool told = ::write(child.report.get(), &report, sizeof report) == sizeof report;
    return done && told ? 0 : 1;
}

}  // namespace

Result<Confined> Confined::start(const Confinement& confinement, Work work, void* argument)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return failed_sys("make a pipe");
    sys::Fd report(ends[0]);
    Child child{
        .confinement = confinement, .report = sys::Fd(ends[1]), .work = work, .argument = argument};
    // In our namespace: a mount of it cannot be copied from another one.
    child.root =
        TRY_TO(sys::clone_mount(confinement.folder, "", sys::Depth::One), "confine a process");
    constexpr auto inert = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    TRY(sys::set_attributes(child.root, {.set = inert}, sys::Depth::One));
    auto process = TRY(sys::spawn(kNamespaces, -1, run, &child));
    return Confined(std::move(process), std::move(report));
}

static Result<Report> read_report(const sys::Fd& from)
{
    Report report;
    ssize_t n;
    while ((n = ::read(from.get(), &report, sizeof report)) < 0)
        if (errno != EINTR)
            return failed_sys("read what the confined process says");
    if (n != sizeof report)
        return failed("the confined process has ended early");
    report.text[Confined::kAnswerMost] = 0;
    return report;
}

Result<std::string> Confined::finish()
{
    const auto report = read_report(report_);
    const int status = TRY(process_.wait());
    if (report && report->failed)
        return std::unexpected(Error{.doing = spec::shown(report->text, kAnswerMost),
                                     .code = std::clamp(report->code, 0, kErrnoMost)});
    if (status == kNoMemory)
        return failed("the confined process needed more memory than it may have");
    if (status == 128 + SIGSYS)
        return failed("the confined process made a system call that it may not make");
    if (!report || status != 0)
        return failed("the confined process has ended with status {}", status);
    return std::string(report->text);
}

}  // namespace fetcher
