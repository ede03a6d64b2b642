#include "spec/users.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "spec/text.hpp"

namespace spec {

namespace {

std::string_view take(std::string_view& text, char mark)
{
    const auto head = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(text.size(), head.size() + 1));
    return head;
}

bool digits_alone(std::string_view text)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && std::ranges::all_of(text, digit);
}

std::optional<std::uint32_t> id(std::string_view text)
{
    std::uint32_t number = 0;
    const bool fits =
        digits_alone(text) &&
        std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
    return fits && number <= kIdMost ? std::optional(number) : std::nullopt;
}

// One line of passwd or group, as far as both are the same: NAME:PASSWORD:ID.
struct Line {
    std::string_view name;
    std::uint32_t id;
    std::string_view rest;  // of passwd GID:COMMENT:HOME:SHELL, of group MEMBER,MEMBER
};

std::optional<Line> read_line(std::string_view text)
{
    const auto control = [](char c) { return c >= 0 && c < ' '; };
    if (std::ranges::any_of(text, control))
        return {};
    const auto name = take(text, ':');
    take(text, ':');
    const auto number = id(take(text, ':'));
    if (name.empty() || !number)
        return {};
    return Line{name, *number, text};
}

template <class Visit>
void each_line(std::string_view text, Visit visit)
{
    while (!text.empty())
        if (const auto line = read_line(take(text, '\n')); line && !visit(*line))
            return;
}

// What was asked for: a number, a name, or nothing.
struct Wanted {
    std::string_view word;
    std::optional<std::uint32_t> number;

    bool is(const Line& line) const { return number ? line.id == *number : line.name == word; }
};

Result<Wanted> read_wanted(std::string_view word, std::string_view what)
{
    const auto number = id(word);
    if (!number && digits_alone(word))
        return failed("{} {} is past the largest id, {}", what, quoted(word), kIdMost);
    return Wanted{word, number};
}

Result<> find_in_passwd(const Wanted& wanted, std::string_view passwd, FoundUser& found)
{
    each_line(passwd, [&](const Line& line) {
        auto rest = line.rest;
        const auto gid = id(take(rest, ':'));
        if (!gid || !wanted.is(line))
            return true;
        take(rest, ':');
        const auto home = take(rest, ':');
        found.user.uid = line.id;
        found.user.gid = *gid;
        found.name = line.name;
        if (home.starts_with('/') && utf8_length(home) == home.size())
            found.home = home;
        return false;
    });
    if (!found.name.empty())
        return {};
    if (!wanted.number)
        return failed("no user {} in /etc/passwd of the image", quoted(wanted.word));
    found.user.uid = *wanted.number;
    return {};
}

Result<> find_group(const Wanted& wanted, std::string_view group, User& user)
{
    std::optional<std::uint32_t> gid = wanted.number;
    if (!gid)
        each_line(group, [&](const Line& line) {
            if (wanted.is(line))
                gid = line.id;
            return !gid;
        });
    if (!gid)
        return failed("no group {} in /etc/group of the image", quoted(wanted.word));
    user.gid = *gid;
    return {};
}

bool lists(std::string_view members, std::string_view name)
{
    while (!members.empty())
        if (take(members, ',') == name)
            return true;
    return false;
}

Result<> add_groups(std::string_view group, FoundUser& found)
{
    auto& gids = found.user.additional_gids;
    std::set<std::uint32_t> have(gids.begin(), gids.end());
    each_line(group, [&](const Line& line) {
        if (lists(line.rest, found.name) && have.insert(line.id).second)
            gids.push_back(line.id);
        return gids.size() <= kGroupsMost;
    });
    if (gids.size() > kGroupsMost)
        return failed("user {} is in more than {} groups", quoted(found.name), kGroupsMost);
    return {};
}

}  // namespace

Result<FoundUser> find_user(std::string_view wanted, std::string_view passwd,
                            std::string_view group)
{
    auto group_word = wanted;
    const auto user_word = take(group_word, ':');
    const Wanted user = TRY(read_wanted(user_word.empty() ? "0" : user_word, "user"));
    const Wanted of = TRY(read_wanted(group_word, "group"));
    FoundUser found;
    TRY(find_in_passwd(user, passwd, found));
    if (!group_word.empty())
        TRY(find_group(of, group, found.user));
    found.user.additional_gids.push_back(found.user.gid);
    if (group_word.empty() && !found.name.empty())
        TRY(add_groups(group, found));
    return found;
}

}  // namespace spec
