#include "spec/environment.hpp"

#include <algorithm>

#include "spec/text.hpp"

namespace spec {

namespace {

constexpr std::string_view kSpace = " \t\v\f\r\n";

bool is_of(std::string_view entry, std::string_view name)
{
    return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
}

}  // namespace

std::optional<std::string_view> find_variable(const Environment& environment, std::string_view name)
{
    for (const std::string_view entry : environment)
        if (is_of(entry, name))
            return entry.substr(name.size() + 1);
    return {};
}

void set_variable(Environment& environment, std::string_view name, std::string_view value)
{
    std::string entry = format("{}={}", name, value);
    const auto same =
        std::ranges::find_if(environment, [&](std::string_view each) { return is_of(each, name); });
    if (same == environment.end())
        environment.push_back(std::move(entry));
    else
        *same = std::move(entry);
}

void set_if_absent(Environment& environment, std::string_view name, std::string_view value)
{
    if (!find_variable(environment, name))
        set_variable(environment, name, value);
}

Result<> read_word(std::string_view word, EnvironmentWord& into)
{
    const auto equals = word.find('=');
    if (word.empty() || equals == 0)
        return failed("{} has no name, NAME=VALUE or NAME is needed", quoted(word));
    into.name = word.substr(0, equals);
    if (equals != word.npos)
        into.value = word.substr(equals + 1);
    return {};
}

void apply(Environment& environment, std::span<const EnvironmentWord> words,
           const Environment& caller)
{
    for (const auto& word : words) {
        const auto value = word.value ? std::optional<std::string_view>(*word.value)
                                      : find_variable(caller, word.name);
        if (value)
            set_variable(environment, word.name, *value);
        else
            std::erase_if(environment,
                          [&](std::string_view each) { return is_of(each, word.name); });
    }
}

Result<std::vector<EnvironmentWord>> read_environment_file(std::string_view text,
                                                           std::string_view name,
                                                           const Environment& caller)
{
    std::vector<EnvironmentWord> words;
    if (text.starts_with("\uFEFF"))  // a byte order mark
        text.remove_prefix(3);
    for (unsigned number = 1; !text.empty(); number++) {
        auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
        if (line.empty() || line.starts_with('#'))
            continue;
        if (utf8_length(line) < line.size() || line.contains('\0'))
            return failed("{}:{}: is not UTF-8 text", name, number);
        EnvironmentWord word;
        TRY_TO(read_word(line, word), "{}:{}", name, number);
        if (word.name.find_first_of(kSpace) != word.name.npos)
            return failed("{}:{}: the name {} holds a space", name, number, quoted(word.name));
        if (!word.value)
            if (const auto its = find_variable(caller, word.name))
                word.value = *its;
        if (word.value)
            words.push_back(std::move(word));
    }
    return words;
}

}  // namespace spec
