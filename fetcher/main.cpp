// fetcher: URIs become files in a sandbox.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "fetcher/fetch.hpp"
#include "spec/duration.hpp"
#include "spec/json.hpp"
#include "spec/options.hpp"
#include "spec/size.hpp"
#include "spec/text.hpp"
#include "sys/command.hpp"
#include "sys/file.hpp"
#include "sys/self.hpp"
#include "sys/steps.hpp"

namespace fetcher {

// What stands before a URI, and is about it.
struct Wishes {
    std::string output = {};
    std::string sha256 = {};
    bool executable = false;
    Extract extract = Extract::No;
    bool operator==(const Wishes&) const = default;
};

struct Options : Wishes {
    std::string sandbox = {};
    std::string json = {};
    std::string log = {};
    std::string certificates = {};
    std::optional<Ids> user = {};
    std::optional<spec::Size> size_most = {};
    std::uint32_t tries = RetryRules().times;
    spec::Duration delay = RetryRules().delay;
    bool quiet = false;
    std::vector<Item> items = {};
};

static Result<> read_word(std::string_view word, Extract& into)
{
    if (word == "auto") {
        into = Extract::IfArchive;
        return {};
    }
    bool yes = false;
    if (!spec::read_word(word, yes))
        return failed("{} is none of true, false, auto", spec::quoted(word));
    into = yes ? Extract::Yes : Extract::No;
    return {};
}

static Result<> read_word(std::string_view word, Ids& into)
{
    const auto colon = word.find(':');
    const auto number = [](std::string_view digits, std::uint32_t& id) {
        return spec::read_word(digits, id) && id != UINT32_MAX;
    };
    if (!number(word.substr(0, colon), into.uid) ||
        (colon != word.npos && !number(word.substr(colon + 1), into.gid.emplace())))
        return failed("{} is not UID or UID:GID, in numbers", spec::quoted(word));
    return {};
}

static Result<> take_uri(void* into, std::string_view word)
{
    auto& options = *static_cast<Options*>(into);
    Wishes& wishes = options;
    if (wishes.executable && wishes.extract == Extract::Yes)
        return failed(
            "--executable and --extract for the same URI: what is extracted has modes of "
            "its own");
    const Order order = {.value = std::string(word),
                         .output_file = wishes.output,
                         .sha256 = wishes.sha256,
                         .executable = wishes.executable};
    auto item = read_item(order);
    if (!item)
        return failed("URI {}: {}", options.items.size() + 1, item.error().doing);
    if (!wishes.executable)
        item->extract = wishes.extract;
    options.items.push_back(std::move(*item));
    wishes = {};
    return {};
}

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::sandbox>("sandbox", 'd', "DIR", "the folder that they come into"),
    spec::option_of<Options, &Wishes::output>(
        "output", 'o', "NAME", "what the next URI's file is called, or its path below DIR"),
    spec::option_of<Options, &Wishes::sha256>("sha256", 0, "HEX",
                                              "what the next URI's content must have"),
    spec::option_of<Options, &Wishes::executable>("executable", 0, "",
                                                  "the next URI is a program (mode 0755)"),
    spec::option_of<Options, &Wishes::extract>(
        "extract", 0, "", "the next URI is an archive: what is in it comes into DIR (=auto: if)"),
    spec::option<&Options::json>("json", 0, "FILE",
                                 "what is to be fetched, as JSON; - is standard input"),
    spec::option<&Options::user>("user", 0, "UID[:GID]", "whose the files are to be (DIR's owner)"),
    spec::option<&Options::certificates>("ca", 0, "FILE|DIR",
                                         "CA certificates besides the system's"),
    spec::option<&Options::size_most>("max-size", 0, "SIZE",
                                      "the most of a file or of an archive's content (none)"),
    spec::option<&Options::tries>("retry", 0, "N", "tries after one that has broken (3)"),
    spec::option<&Options::delay>("retry-delay", 0, "TIME",
                                  "before the first of them, then twice as long (1s)"),
    spec::option<&Options::log>("log", 0, "FILE",
                                "errors go to its end, as lines of JSON, not to standard error"),
    spec::option<&Options::quiet>("quiet", 'q', "", "no progress on standard error"),
};

static constexpr spec::Verb kFetch = {
    .name = "",
    .arguments = "[URI]...",
    .summary =
        "Brings files into a sandbox. A URI is http:, https:, file: or an absolute path; options\n"
        "of one URI stand before it. All files come, or none. http: can be changed by anybody on\n"
        "the way: --sha256 tells. A URI with a password is seen by every user unless it stands in\n"
        "--json: {\"uris\": [{\"value\": URI, \"output_file\": NAME, \"executable\": false,\n"
        "\"extract\": true, \"sha256\": HEX}]}, where what is an archive is extracted, as in "
        "Mesos.",
    .options = kOptions,
    .take = take_uri,
};
static constexpr const spec::Verb* kVerbs[] = {&kFetch};

static constexpr spec::Program kProgram = {
    .name = "fetcher",
    .summary = kFetch.summary,
    .options = {},
    .verbs = kVerbs,
};

static Result<std::vector<Item>> items_of(Options& options)
{
    if (static_cast<const Wishes&>(options) != Wishes())
        return failed_with(Status::Usage, "options of a URI stand after the last one");
    if (options.json.empty() && options.items.empty())
        return failed_with(Status::Usage, "there is no URI, and no --json");
    if (options.json.empty())
        return std::move(options.items);
    if (!options.items.empty())
        return failed_with(Status::Usage, "URIs are told by --json or by words, not by both");
    if (options.json == "-") {
        const std::string text = TRY(sys::read_input(spec::kJsonMost));
        return read_orders(text, "standard input");
    }
    const std::string text = TRY(sys::read_file(AT_FDCWD, options.json, spec::kJsonMost));
    return read_orders(text, options.json);
}

static Result<int> run(Options& options, std::vector<std::string>& notices)
{
    TRY(sys::mend_inheritance());
    if (::signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return failed_sys("ignore SIGPIPE");
    ::umask(0077);
    if (options.sandbox.empty())
        return failed_with(Status::Usage, "no sandbox; -d names it");
    auto items = TRY(items_of(options));
    auto progress = options.quiet ? Progress(Progress::Shown::Nothing) : Progress();
    Fetch work = {
        .sandbox_path = options.sandbox,
        .items = std::move(items),
        .user = options.user,
        .certificates_path = options.certificates,
        .size_most = options.size_most ? std::optional(options.size_most->bytes) : std::nullopt,
        .retry = {.times = options.tries, .delay = options.delay},
        .progress = progress,
        .notices = notices};
    TRY(fetch(work));
    return 0;
}

}  // namespace fetcher

int main(int argc, char** argv)
{
    sys::steps_of("FETCHER");
    fetcher::Options options;
    std::vector<std::string> arguments, notices;
    std::string subject;
    return sys::run_command(fetcher::kProgram, {argv, static_cast<std::size_t>(argc)},
                            {&options, arguments, subject, notices, options.log},
                            [&](const spec::Verb&) { return fetcher::run(options, notices); });
}
