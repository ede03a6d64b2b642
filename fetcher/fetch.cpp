#include "fetcher/fetch.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "fetcher/certificates.hpp"
#include "fetcher/content.hpp"
#include "sys/file.hpp"
#include "sys/steps.hpp"

namespace fetcher {

namespace {

Result<> check_items(Fetch& fetch)
{
    return check_names(fetch.items);
}

// From here on a signal undoes what was begun, as a failure does.
Result<> watch_signals(Fetch& fetch)
{
    sigset_t ending;
    ::sigemptyset(&ending);
    for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        ::sigaddset(&ending, each);
    ::sigprocmask(SIG_BLOCK, &ending, nullptr);
    fetch.interrupts = sys::Fd(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
    return fetch.interrupts ? Result<>() : failed_sys("make a signalfd");
}

Result<> open_sandbox(Fetch& fetch)
{
    fetch.sandbox = TRY(sys::open_at(AT_FDCWD, fetch.sandbox_path, O_RDONLY | O_DIRECTORY));
    struct stat status = {};
    if (::fstat(fetch.sandbox.get(), &status) < 0)
        return failed_sys("look at {}", fetch.sandbox_path);
    fetch.owner = {status.st_uid, status.st_gid};
    if (fetch.user)
        fetch.owner = {fetch.user->uid, fetch.user->gid.value_or(status.st_gid)};
    return {};
}

Result<> take_certificates(Fetch& fetch)
{
    if (!fetch.certificates_path.empty())
        fetch.http.certificates = TRY(read_certificates(fetch.certificates_path));
    return {};
}

Result<> clear_leftovers(Fetch& fetch)
{
    return sweep_work_folders(fetch.sandbox);
}

Result<> make_work_folder(Fetch& fetch)
{
    fetch.work = TRY(WorkFolder::make(fetch.sandbox));
    return {};
}

Result<> place(Fetch& fetch)
{
    Placement placement(fetch.work.folder(), fetch.sandbox, fetch.owner);
    for (std::size_t number = 0; number < fetch.items.size(); ++number) {
        const std::string& name = fetch.items[number].name;
        const bool unpacked = std::ranges::find(fetch.archives, number) != fetch.archives.end();
        const auto put = [&]() -> Result<> {
            TRY(placement.put_file(file_of(number), name));
            return unpacked ? placement.put_content(content_of(number)) : Result<>();
        };
        TRY(sys::run_step(name, put));
    }
    placement.keep();
    return {};
}

Result<> remove_work_folder(Fetch& fetch)
{
    return fetch.work.discard();
}

constexpr sys::Step<Fetch> kFetch[] = {
    {"check names", check_items},
    {"watch signals", watch_signals},
    {"open sandbox", open_sandbox},
    {"read certificates", take_certificates},
    {"clear leftovers", clear_leftovers},
    {"make work folder", make_work_folder},
    {"fetch", bring_files},       // fetcher/content.cpp has their own steps
    {"unpack", unpack_archives},  //
    {"place", place},             // a step for each, called as it is
    {"remove work folder", remove_work_folder},
};

}  // namespace

Result<> fetch(Fetch& fetch)
{
    return sys::run_steps<Fetch>(kFetch, fetch);
}

}  // namespace fetcher
