#include "spec/manual.hpp"

#include <algorithm>

#include "spec/version.hpp"

namespace spec {

namespace {

// Text as roff takes it: a dash is a dash, and no line begins with what would be a request.
std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        const bool begins_line = result.empty() || result.back() == '\n';
        if (begins_line && (c == '.' || c == '\''))
            result += "\\&";
        if (c == '\\')
            result += "\\e";
        else if (c == '-')
            result += "\\-";
        else
            result += c;
    }
    return result;
}

// One word after another: what is to be typed as it stands is bold, what it stands for is italic.
std::string bold(std::string_view text)
{
    return "\\fB" + escaped(text) + "\\fR";
}
std::string italic(std::string_view text)
{
    return "\\fI" + escaped(text) + "\\fR";
}

std::string invocation(const Program& program, const Verb& verb)
{
    std::string text = bold(program.name);
    if (!verb.name.empty())
        text += " " + bold(verb.name);
    text += " [options]";
    if (!verb.arguments.empty())
        text += " " + italic(verb.arguments);
    return text;
}

std::string option_entries(std::span<const Option> options)
{
    std::string text;
    for (const auto& option : options) {
        text += ".TP\n";
        if (option.letter)
            text += bold(format("-{}", option.letter)) + ", ";
        text += bold(format("--{}", option.name));
        if (!option.value.empty())
            text += " " + italic(option.value);
        text += "\n" + escaped(option.help) + "\n";
    }
    return text;
}

// Lines that stay as they are.
std::string details(std::string_view text)
{
    return text.empty() ? "" : format(".PP\n.nf\n{}\n.fi\n", escaped(text));
}

std::string verb_section(const Program& program, const Verb& verb)
{
    std::string text = format(".SS {}\n", bold(verb.name));
    text += invocation(program, verb) + "\n.PP\n" + escaped(verb.summary) + "\n";
    return text + option_entries(verb.options) + details(verb.details);
}

// The first line alone, as the index of all pages has it: "makes containers from OCI bundles".
std::string title(std::string_view summary)
{
    std::string text(summary.substr(0, summary.find(". ")));
    std::ranges::replace(text, '\n', ' ');
    if (text.ends_with('.'))
        text.pop_back();
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

std::string upper(std::string_view name)
{
    std::string text(name);
    for (char& c : text)
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
}

constexpr std::string_view kPrograms[] = {"runtime", "shim", "image", "fetcher"};

std::string see_also(std::string_view name)
{
    std::string text;
    for (const auto other : kPrograms)
        if (other != name)
            text += format("{}.BR {} (1)", text.empty() ? "" : " ,\n", other);
    return text + "\n";
}

}  // namespace

std::string manual_text(const Program& program)
{
    const Verb* only = only_verb(program);
    std::string text =
        format(".TH {} 1 \"\" \"davit {}\" \"davit\"\n", upper(program.name), kVersion);
    text += format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", escaped(program.name),
                   escaped(title(program.summary)));
    text += only ? invocation(program, *only) + "\n"
                 : bold(program.name) + " [options] " + italic("VERB") + " ...\n";
    text += ".SH DESCRIPTION\n" + escaped(program.summary) + "\n";
    text += details(only ? only->details : program.details);
    text += ".SH OPTIONS\n" + option_entries(only ? only->options : program.options);
    text += option_entries({&kHelpOption, 1}) + option_entries({&kVersionOption, 1});
    if (!only) {
        text += ".SH VERBS\n";
        for (const auto* verb : program.verbs)
            text += verb_section(program, *verb);
    }
    return text + ".SH SEE ALSO\n" + see_also(program.name);
}

}  // namespace spec
