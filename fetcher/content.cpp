#include "fetcher/content.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "fetcher/crew.hpp"
#include "fetcher/download.hpp"
#include "fetcher/unpack.hpp"
#include "sys/file.hpp"
#include "sys/steps.hpp"

namespace fetcher {

namespace {

constexpr std::uint64_t kUnit = 1024;  // bytes; a message has room for an int
enum Word : char { Done = 'd', Total = 't', NoArchive = 'n', LeftOut = 'l' };

int in_units(std::uint64_t bytes)
{
    return static_cast<int>(std::min<std::uint64_t>(bytes / kUnit, INT_MAX));
}

// One file, in the process that brings it.
struct Bringing {
    const Fetch& fetch;
    std::size_t number;
    const sys::Channel& parent;
    const Item& item = fetch.items[number];
    std::optional<Receiver> receiver = {};
};

Result<> make_file(Bringing& work)
{
    sys::Fd file = TRY(sys::open_at(work.fetch.work.folder().get(), file_of(work.number),
                                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    const auto tell = [&parent = work.parent](std::uint64_t done, std::uint64_t total) -> Result<> {
        TRY(parent.send(Total, nullptr, in_units(total)));
        return parent.send(Done, nullptr, in_units(done));
    };
    Receiver receiver = TRY(Receiver::make(std::move(file), work.item.digest,
                                           work.fetch.size_most.value_or(UINT64_MAX), tell));
    work.receiver.emplace(std::move(receiver));
    return {};
}

Result<> bring_content(Bringing& work)
{
    const Uri& uri = work.item.uri;
    if (uri.kind == Uri::Kind::File)
        return copy_file(uri.place, *work.receiver);
    Http http = TRY(Http::make(work.fetch.http));
    return download(http, uri, work.fetch.retry, *work.receiver);
}

Result<> check_digest(Bringing& work)
{
    return work.receiver->check();
}

Result<> give_file(Bringing& work)
{
    const int file = work.receiver->file().get();
    const Owner& owner = work.fetch.owner;
    if (::fchown(file, owner.uid, owner.gid) < 0)
        return failed_sys("give it to {}:{}", owner.uid, owner.gid);
    if (::fchmod(file, work.item.executable ? 0755 : 0644) < 0)
        return failed_sys("set its mode");
    return {};
}

constexpr sys::Step<Bringing> kBring[] = {
    {"make file", make_file},
    {"get", bring_content},
    {"check sha256", check_digest},
    {"give file", give_file},
};

// One archive, in the process that unpacks it, by a confined child.
struct Unpacking {
    const Fetch& fetch;
    std::size_t number;
    const sys::Channel& parent;
    sys::Fd archive = {};
    sys::Fd folder = {};
};

Result<> open_archive(Unpacking& work)
{
    work.archive = TRY(
        sys::open_at(work.fetch.work.folder().get(), file_of(work.number), O_RDONLY | O_NOFOLLOW));
    return {};
}

Result<> make_folder(Unpacking& work)
{
    const int parent = work.fetch.work.folder().get();
    const std::string name = content_of(work.number);
    if (::mkdirat(parent, name.c_str(), 0700) < 0)
        return failed_sys("make a folder for its content");
    work.folder = TRY(sys::open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return {};
}

Result<> unpack_archive(Unpacking& work)
{
    Limits limits;
    limits.bytes = std::min(limits.bytes, work.fetch.size_most.value_or(UINT64_MAX));
    const auto unpacked = TRY(unpack(work.archive, work.folder, work.fetch.owner, limits));
    if (!unpacked.is_archive && work.fetch.items[work.number].extract == Extract::Yes)
        return failed(
            "it is no archive: neither tar (as it is, or in gzip, zstd, xz, bzip2) "
            "nor zip");
    if (!unpacked.is_archive)
        return work.parent.send(NoArchive);
    if (unpacked.left_out > 0)
        return work.parent.send(LeftOut, nullptr, in_units(unpacked.left_out * kUnit));
    return {};
}

constexpr sys::Step<Unpacking> kUnpack[] = {
    {"open archive", open_archive},
    {"make folder", make_folder},
    {"unpack archive", unpack_archive},
};

// Items that are to be unpacked, but those whose content says clearly that there is nothing to.
Result<> choose_archives(Fetch& fetch)
{
    for (std::size_t number = 0; number < fetch.items.size(); ++number) {
        const Extract extract = fetch.items[number].extract;
        if (extract == Extract::No)
            continue;
        const sys::Fd file =
            TRY(sys::open_at(fetch.work.folder().get(), file_of(number), O_RDONLY | O_NOFOLLOW));
        const bool likely = TRY(looks_like_archive(file));
        if (likely || extract == Extract::Yes)
            fetch.archives.push_back(number);
    }
    return {};
}

}  // namespace

std::string file_of(std::size_t number)
{
    return format("{}", number);
}

std::string content_of(std::size_t number)
{
    return format("{}.content", number);
}

Result<> bring_files(Fetch& fetch)
{
    for (const auto& item : fetch.items)
        fetch.bars.push_back(fetch.progress.add(item.name, 0));
    const Crew crew = {
        .work = [&](std::size_t number, const sys::Channel& parent) -> Result<> {
            Bringing work{fetch, number, parent};
            return sys::run_steps<Bringing>(kBring, work);
        },
        .hear =
            [&](std::size_t number, const sys::Channel::Message& message) {
                const auto bytes = static_cast<std::uint64_t>(message.value) * kUnit;
                if (message.kind == Total)
                    fetch.progress.expect(fetch.bars[number], bytes);
                else
                    fetch.progress.tell(fetch.bars[number], bytes);
            },
        .done = [&](std::size_t number) -> Result<> {
            struct stat status = {};
            if (::fstatat(fetch.work.folder().get(), file_of(number).c_str(), &status, 0) < 0)
                return failed_sys("look at {}", fetch.items[number].name);
            fetch.progress.expect(fetch.bars[number], static_cast<std::uint64_t>(status.st_size));
            fetch.progress.end(fetch.bars[number], "fetched");
            return {};
        },
        .name = [&](std::size_t number) { return fetch.items[number].uri.shown; },
        .interrupts = fetch.interrupts.get(),
    };
    return run_crew(fetch.items.size(), crew);
}

Result<> unpack_archives(Fetch& fetch)
{
    TRY(choose_archives(fetch));
    const std::vector<std::size_t> chosen = fetch.archives;
    const Crew crew = {
        .work = [&](std::size_t part, const sys::Channel& parent) -> Result<> {
            Unpacking work{fetch, chosen[part], parent};
            return sys::run_steps<Unpacking>(kUnpack, work);
        },
        .hear =
            [&](std::size_t part, const sys::Channel::Message& message) {
                if (message.kind == NoArchive)
                    std::erase(fetch.archives, chosen[part]);
                else
                    fetch.notices.push_back(format("{}: devices and FIFOs were left out: {}",
                                                   fetch.items[chosen[part]].name, message.value));
            },
        .done = [](std::size_t) { return Result<>(); },
        .name = [&](std::size_t part) { return fetch.items[chosen[part]].name; },
        .interrupts = fetch.interrupts.get(),
    };
    return run_crew(chosen.size(), crew);
}

}  // namespace fetcher
