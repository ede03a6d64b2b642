#include "spec/container_options.hpp"

#include <algorithm>
#include <charconv>

#include "spec/text.hpp"

namespace spec {

std::string_view wrong_place(std::string_view path)
{
    if (!path.starts_with('/'))
        return "is not an absolute path";
    std::string_view first;
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), part.size() + 1));
        if (part == "..")
            return "holds \"..\"";
        if (first.empty() && part != ".")
            first = part;
    }
    if (first.empty())
        return "is the root itself";
    return first == "proc" ? "is in /proc" : "";
}

Result<> read_word(std::string_view word, AbsolutePath& into)
{
    if (!word.starts_with('/'))
        return failed("{} is not an absolute path", quoted(word));
    into.path = word;
    return {};
}

Result<> read_word(std::string_view word, HostName& into)
{
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '.';
    };
    if (word.empty() || word.size() > kHostNameMost || word[0] == '-' || word[0] == '.' ||
        !std::ranges::all_of(word, allowed))
        return failed("{} is not a host name: letters, digits, - and . are, {} at most",
                      quoted(word), kHostNameMost);
    into.name = word;
    return {};
}

Result<> read_word(std::string_view word, Volume& into)
{
    const auto end = word.find(':');
    const auto source = word.substr(0, end);
    const auto rest = end == word.npos ? std::string_view() : word.substr(end + 1);
    const auto place = rest.substr(0, rest.find(':'));
    const auto mode = rest.substr(std::min(rest.size(), place.size() + 1));
    if (end == word.npos)
        return failed("{} is not HOST:PLACE[:ro]", quoted(word));
    if (!source.starts_with('/'))
        return failed(
            "{}: {} is not an absolute path of the host; volumes with a name are not "
            "carried out",
            quoted(word), quoted(source));
    if (const auto why = wrong_place(place); !why.empty())
        return failed("{}: {} {}", quoted(word), quoted(place), why);
    if (place.size() < rest.size() && mode != "ro" && mode != "rw")
        return failed("{}: {} is neither ro nor rw", quoted(word), quoted(mode));
    into = {std::string(source), std::string(place), mode == "ro"};
    return {};
}

Result<> read_word(std::string_view word, Cpus& into)
{
    constexpr std::uint64_t least = 1000;              // the kernel's
    constexpr std::uint64_t most = 8192 * kCpuPeriod;  // its NR_CPUS
    const auto quota = scaled(word, kCpuPeriod);
    const bool none = word == "0" || word == "0.0";
    if (!quota || *quota > most || (*quota < least && !none))
        return failed("{} is not a number of processors from 0.01 to {}, or 0 for no limit",
                      quoted(word), most / kCpuPeriod);
    into.quota = *quota;
    return {};
}

Result<> read_word(std::string_view word, PidsLimit& into)
{
    constexpr std::uint32_t most = 4'194'304;  // the kernel's PID_MAX_LIMIT
    const auto* end = word.data() + word.size();
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    if (word != "-1" && (error != std::errc() || stop != end || number > most))
        return failed("{} is not a number from 1 to {}, or 0 or -1 for no limit", quoted(word),
                      most);
    into.most = number;
    return {};
}

}  // namespace spec
