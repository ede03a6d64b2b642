#include "spec/options.hpp"

#include <algorithm>
#include <charconv>

#include "spec/manual.hpp"
#include "spec/version.hpp"

namespace spec {

constinit const Option kHelpOption = {
    "help", 'h', "", "this text (=man: the manual page; =bash: what bash completes)", nullptr};
constinit const Option kVersionOption = {"version", 'v', "", "what this is", nullptr};

Result<> read_word(std::string_view word, std::string& into)
{
    into = word;
    return {};
}

Result<> read_word(std::string_view word, bool& into)
{
    if (word != "true" && word != "false")
        return failed("\"{}\" is neither true nor false", word);
    into = word == "true";
    return {};
}

Result<> read_word(std::string_view word, std::uint32_t& into)
{
    const auto* end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, into);
    if (error != std::errc() || stop != end)
        return failed("\"{}\" is not a number from 0 to {}", word, UINT32_MAX);
    return {};
}

Result<std::size_t> read_choice(std::string_view word, std::span<const std::string_view> words)
{
    const auto found = std::ranges::find(words, word);
    if (found != words.end())
        return static_cast<std::size_t>(found - words.begin());
    std::string all;
    for (const auto each : words)
        all += format("{}{}", all.empty() ? "" : ", ", each);
    return failed("\"{}\" is none of {}", word, all);
}

namespace {

struct Bounds {
    std::size_t least = 0, most = 0;
};

// How many words a synopsis allows.
Bounds bounds(std::string_view synopsis)
{
    Bounds bounds;
    while (!synopsis.empty()) {
        const auto word = synopsis.substr(0, synopsis.find(' '));
        synopsis.remove_prefix(std::min(word.size() + 1, synopsis.size()));
        bounds.least += !word.starts_with('[');
        ++bounds.most;
        if (word.find("...") != word.npos)
            bounds.most = SIZE_MAX;
    }
    return bounds;
}

std::string usage_line(const Program& program, const Verb& verb)
{
    return format("usage: {}{}{} [options]{}{}", program.name, verb.name.empty() ? "" : " ",
                  verb.name, verb.arguments.empty() ? "" : " ", verb.arguments);
}

class Reader {
public:
    Reader(const Program& program, std::span<char* const> words, void* into)
        : program_(program), words_(words), into_(into), verb_(only_verb(program))
    {
        line_.verb = verb_;
    }

    Result<CommandLine> read()
    {
        while (!words_.empty()) {
            const std::string_view word = next();
            if (options_ended_ || word == "-" || !word.starts_with('-'))
                TRY(read_argument(word));
            else if (word == "--")
                options_ended_ = verb_ != nullptr;
            else
                TRY(word.starts_with("--") ? read_long(word.substr(2)) : read_short(word));
            if (!line_.answer.empty())
                return line_;
        }
        if (!verb_ && helps_) {
            line_.answer = help_text(program_);
            return line_;
        }
        if (!verb_)
            return failed_with(Status::Usage, "no verb; --help lists them");
        const auto [least, most] = bounds(verb_->arguments);
        if (line_.arguments.size() < least)
            return usage("{} is missing; {}", missing_argument(line_.arguments.size()),
                         usage_line(program_, *verb_));
        if (line_.arguments.size() > most)
            return usage("unexpected argument \"{}\"", line_.arguments[most]);
        return line_;
    }

private:
    std::string_view next()
    {
        const std::string_view word = words_.front();
        words_ = words_.subspan(1);
        return word;
    }

    template <class... Args>
    std::unexpected<Error> usage(Format<std::type_identity_t<Args>...> text, Args&&... args)
    {
        auto error = failed_with(Status::Usage, text, std::forward<Args>(args)...);
        if (verb_ && !verb_->name.empty())
            error.error().doing = format("{}: {}", verb_->name, error.error().doing);
        error.error().hint = "--help lists what there is";
        return error;
    }

    std::string_view missing_argument(std::size_t number) const
    {
        auto rest = verb_->arguments;
        for (; number > 0; --number)
            rest.remove_prefix(rest.find(' ') + 1);
        return rest.substr(0, rest.find(' '));
    }

    Result<> read_argument(std::string_view word)
    {
        if (verb_) {
            options_ended_ = options_ended_ || verb_->order == Order::First;
            line_.arguments.emplace_back(word);
            if (!verb_->take)
                return {};
            if (auto taken = verb_->take(into_, word); !taken)
                return usage("{}", taken.error().doing);
            return {};
        }
        if (std::ranges::find(program_.not_yet, word) != program_.not_yet.end())
            return failed("{} is not carried out yet", word);
        const auto found = std::ranges::find(program_.verbs, word, &Verb::name);
        if (found == program_.verbs.end() && word == "help") {
            helps_ = true;
            return {};
        }
        if (found == program_.verbs.end())
            return usage("unknown verb \"{}\"", word);
        verb_ = line_.verb = *found;
        options_ended_ = verb_->order == Order::Before;
        if (helps_)
            line_.answer = help_text(program_, verb_);
        return {};
    }

    // The verb's own options come first, so that it may give a word of the program's another sense.
    const Option* find(auto matches) const
    {
        if (verb_)
            if (auto found = std::ranges::find_if(verb_->options, matches);
                found != verb_->options.end())
                return &*found;
        if (auto found = std::ranges::find_if(program_.options, matches);
            found != program_.options.end())
            return &*found;
        for (const Option* each : {&kHelpOption, &kVersionOption})
            if (matches(*each))
                return each;
        return nullptr;
    }

    // `text`: name or name=value.
    Result<> read_long(std::string_view text)
    {
        const auto name = text.substr(0, text.find('='));
        const auto* option = find([&](const Option& o) { return o.name == name; });
        if (!option)
            return usage("unknown option --{}", name);
        if (name.size() < text.size())
            return store(*option, text.substr(name.size() + 1));
        return store_next(*option);
    }

    // `-name`, `-n value`, `-nvalue`, `-n=value`, or joined switches.
    Result<> read_short(std::string_view word)
    {
        const auto name = word.substr(1, word.find('=') - 1);
        if (name.size() > 1 && find([&](const Option& o) { return o.name == name; }))
            return read_long(word.substr(1));
        for (auto rest = word.substr(1); !rest.empty();) {
            const char letter = rest.front();
            rest.remove_prefix(1);
            const auto* option = find([&](const Option& o) { return o.letter == letter; });
            if (!option)
                return usage("unknown option -{} in \"{}\"", letter, word);
            if (rest.starts_with('='))
                return store(*option, rest.substr(1));
            if (!option->value.empty() && !rest.empty())
                return store(*option, rest);
            TRY(store_next(*option));
        }
        return {};
    }

    Result<> store_next(const Option& option)
    {
        if (option.value.empty())
            return store(option, "true");
        if (words_.empty())
            return usage("option --{} requires an argument, {}", option.name, option.value);
        return store(option, next());
    }

    Result<> store(const Option& option, std::string_view word)
    {
        if (&option == &kHelpOption)
            return answer_help(word);
        if (&option == &kVersionOption) {
            line_.answer = version_text(program_.name);
            return {};
        }
        if (auto stored = option.store(into_, word); !stored)
            return usage("option --{}: {}", option.name, stored.error().doing);
        return {};
    }

    Result<> answer_help(std::string_view form)
    {
        constexpr std::string_view forms[] = {"true", "man", "bash"};
        const auto number = read_choice(form, forms);
        if (!number)
            return usage("option --help: {}", number.error().doing);
        line_.answer = *number == 0   ? help_text(program_, verb_)
                       : *number == 1 ? manual_text(program_)
                                      : completion_text(program_);
        return {};
    }

    const Program& program_;
    std::span<char* const> words_;
    void* into_;
    const Verb* verb_;
    bool options_ended_ = false;
    bool helps_ = false;  // the word `help` was there
    CommandLine line_ = {};
};

std::string option_rows(std::span<const Option> options)
{
    constexpr std::size_t column = 30;
    std::string rows;
    for (const auto& o : options) {
        std::string row = o.letter ? format("  -{}, --{}", o.letter, o.name)  //
                                   : format("      --{}", o.name);
        if (!o.value.empty())
            row += format(" {}", o.value);
        row.resize(std::max(row.size() + 2, column), ' ');
        rows += row + std::string(o.help) + "\n";
    }
    return rows;
}

}  // namespace

const Verb* only_verb(const Program& program)
{
    return program.verbs.size() == 1 && program.verbs[0]->name.empty() ? program.verbs[0] : nullptr;
}

Result<CommandLine> read_command_line(const Program& program, std::span<char* const> words,
                                      void* into)
{
    return Reader(program, words, into).read();
}

std::string help_text(const Program& program, const Verb* verb)
{
    std::string text;
    if (verb) {
        text = format("{}\n\n{}\n\noptions:\n", usage_line(program, *verb), verb->summary);
        text += option_rows(verb->options);
    } else {
        text =
            format("usage: {} [options] VERB ...\n\n{}\n\nverbs:\n", program.name, program.summary);
        for (const auto* v : program.verbs)
            text += format("  {:<10} {}\n", v->name, v->summary);
        text += "\noptions:\n" + option_rows(program.options);
    }
    text += option_rows({&kHelpOption, 1});
    if (!verb || only_verb(program))
        text += option_rows({&kVersionOption, 1});
    if (const auto details = verb ? verb->details : program.details; !details.empty())
        text += format("\n{}\n", details);
    if (verb && !only_verb(program))
        text +=
            format("\n{} --help lists the options that stand before every verb\n", program.name);
    return text;
}

}  // namespace spec
