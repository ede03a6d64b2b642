// shim logs: what a container has written, from the files that it writes to.

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "shim/await.hpp"
#include "shim/recover.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

constexpr std::size_t kChunk = 65536;
constexpr std::size_t kLineMost = 65536;  // longer ones are printed in parts

// A file of its output, and ours that it goes to.
struct Stream {
    const char* name;
    int to;
    sys::Fd file = {};
    off_t at = 0;           // so far it is printed
    off_t end = 0;          // and so far it is to be, for now
    std::string line = {};  // of --json: its beginning, until there is all of it
};

Result<> print_line(const Stream& stream, std::string_view line, bool partial)
{
    spec::JsonWriter json;
    json.object().member("stream", stream.name).member("line", line);
    if (partial)
        json.member("partial", true);
    return sys::print(json.end().text() + "\n");
}

// A character whose end is still to come waits for it.
Result<> print_part(Stream& stream)
{
    constexpr std::size_t longest_beginning = 3;
    const std::size_t good = spec::utf8_length(stream.line);
    const bool waits = stream.line.size() - good <= longest_beginning;
    const std::size_t size = waits ? good : stream.line.size();
    TRY(print_line(stream, std::string_view(stream.line).substr(0, size), true));
    stream.line.erase(0, size);
    return {};
}

Result<> print_lines(Stream& stream, std::string_view bytes)
{
    for (auto newline = bytes.find('\n'); newline != bytes.npos; newline = bytes.find('\n')) {
        stream.line += bytes.substr(0, newline);
        bytes.remove_prefix(newline + 1);
        TRY(print_line(stream, stream.line, false));
        stream.line.clear();
    }
    stream.line += bytes;
    return stream.line.size() < kLineMost ? Result<>() : print_part(stream);
}

// What ends without a newline.
Result<> print_rest(Stream& stream)
{
    if (!stream.line.empty())
        TRY(print_line(stream, stream.line, true));
    stream.line.clear();
    return {};
}

// How far it goes now. The container may have cut it (`> /dev/stdout`): then it begins again.
Result<> look(Stream& stream)
{
    struct stat status = {};
    if (::fstat(stream.file.get(), &status) < 0)
        return failed_sys("look at {}", stream.name);
    if (status.st_size < stream.at) {
        TRY(print_rest(stream));
        stream.at = 0;
    }
    stream.end = status.st_size;
    return {};
}

Result<> copy_part(Stream& stream, bool as_json)
{
    std::array<char, kChunk> bytes;
    const auto most = static_cast<std::size_t>(std::min<off_t>(stream.end - stream.at, kChunk));
    const ssize_t size = ::pread(stream.file.get(), bytes.data(), most, stream.at);
    if (size < 0)
        return failed_sys("read {}", stream.name);
    if (size == 0)  // cut since we looked
        stream.end = stream.at;
    stream.at += size;
    const std::string_view read(bytes.data(), static_cast<std::size_t>(size));
    if (as_json)
        return print_lines(stream, read);
    TRY_TO(sys::write_all(stream.to, read), "write {}", stream.name);
    return {};
}

// To where the last `lines` lines begin: an end without a newline is a line, too.
Result<> go_to_tail(Stream& stream, std::uint32_t lines)
{
    std::array<char, kChunk> bytes;
    TRY(look(stream));
    const off_t end = stream.end;
    std::uint64_t newlines = 0;
    off_t from = lines == 0 ? end : 0;
    for (off_t at = end; at > 0 && from == 0 && lines > 0;) {
        const auto size = static_cast<std::size_t>(std::min<off_t>(at, kChunk));
        at -= static_cast<off_t>(size);
        if (::pread(stream.file.get(), bytes.data(), size, at) != static_cast<ssize_t>(size))
            return failed_sys("read {}", stream.name);
        for (std::size_t i = size; i-- > 0;) {
            const bool last = at + static_cast<off_t>(i) + 1 == end;
            if (bytes[i] == '\n' && !last && ++newlines == lines) {
                from = at + static_cast<off_t>(i) + 1;
                break;
            }
        }
    }
    stream.at = from;
    return {};
}

class Follower {
public:
    Follower(const Places& places, const std::string& id, bool as_json)
        : places_(places), id_(id), as_json_(as_json)
    {
    }

    Result<> open(std::optional<std::uint32_t> tail)
    {
        const std::string path = format("{}/{}", places_.sandboxes(), id_);
        const std::string record = format("{}/{}", places_.records(), id_);
        // A user has few instances: where there is none left we look.
        events_ = sys::Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        if (events_ &&
            (::inotify_add_watch(events_.get(), path.c_str(), IN_MODIFY | IN_CREATE) < 0 ||
             ::inotify_add_watch(events_.get(), record.c_str(), IN_MOVED_TO | IN_DELETE_SELF) < 0))
            events_ = {};
        folder_ = TRY(sys::open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW));
        TRY(find_files());
        for (auto& stream : streams_)
            if (stream.file && tail)
                TRY(go_to_tail(stream, *tail));
        return {};
    }

    // What is there now, in turns: neither stream waits until the other has no more, and a
    // container that writes faster than we read is not run after.
    Result<> copy()
    {
        TRY(find_files());
        for (auto& stream : streams_)
            if (stream.file)
                TRY(look(stream));
        for (bool more = true; more;) {
            more = false;
            for (auto& stream : streams_) {
                if (stream.at >= stream.end)
                    continue;
                TRY(copy_part(stream, as_json_));
                more = true;
            }
        }
        return {};
    }

    Result<> copy_last()
    {
        TRY(copy());
        for (auto& stream : streams_)
            TRY(print_rest(stream));
        return {};
    }

    Result<> follow()
    {
        constexpr int look_ms = 1000;  // whether anybody still guards it
        constexpr int look_often_ms = 50;
        for (;;) {
            const auto existing = find_recovered(places_, id_);
            const bool over = !existing || existing->exit || !existing->guarded;
            TRY(copy());  // after the look: what is over writes no more
            if (over)
                return {};
            pollfd event = {.fd = events_.get(), .events = POLLIN, .revents = 0};
            (void)::poll(&event, 1, events_ ? look_ms : look_often_ms);
            char ignored[4096];
            if (events_)
                (void)!::read(events_.get(), ignored, sizeof ignored);
        }
    }

private:
    // They are made when the container is; the sandbox is its own, so a link leads nowhere.
    Result<> find_files()
    {
        for (auto& stream : streams_) {
            if (stream.file)
                continue;
            auto file = sys::open_regular(folder_.get(), stream.name, O_RDONLY);
            if (!file && file.error().code == ENOENT)
                continue;
            if (!file)
                return std::unexpected(file.error());
            stream.file = std::move(*file);
        }
        return {};
    }

    const Places& places_;
    const std::string& id_;
    const bool as_json_;
    sys::Fd folder_ = {};
    sys::Fd events_ = {};
    std::array<Stream, 2> streams_ = {Stream{"stdout", STDOUT_FILENO},
                                      Stream{"stderr", STDERR_FILENO}};
};

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    call.id = call.arguments[0];
    const auto existing = TRY(find_existing(places, call.id));
    if (existing.launch && existing.launch->foreground) {
        call.notices.emplace_back("nothing is kept of what `shim run` has passed on to its caller");
        return 0;
    }
    Follower follower(places, call.id, call.options.json);
    TRY(follower.open(call.options.tail));
    if (call.options.follow)
        TRY(follower.follow());
    TRY(follower.copy_last());
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::follow>("follow", 'f', "", "and what it writes until it has ended"),
    spec::option<&Options::tail>("tail", 0, "N", "of each only the last N lines, to begin with"),
};

}  // namespace

constinit const Verb kLogs = {
    {.name = "logs",
     .arguments = "ID",
     .summary =
         "prints what a container has written: stdout to 1, stderr to 2; as JSON a line each",
     .options = kOptions,
     .details =
         "The container itself has these files open, for append. A `> /dev/stdout` in it cuts "
         "what\n"
         "is there, as of any file; `>> /dev/stdout` and `>&1` do not. Of `run` nothing is kept"},
    run,
};

}  // namespace shim
