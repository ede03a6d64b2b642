#include "spec/manual.hpp"

namespace spec {

namespace {

std::string words_of(std::span<const Option> options, bool only_with_value)
{
    std::string words;
    for (const auto& option : options) {
        if (only_with_value && option.value.empty())
            continue;
        words += format("--{} ", option.name);
        if (only_with_value && option.letter)
            words += format("-{} ", option.letter);
    }
    return words;
}

// A line that adds a verb's own words; `first` is what its first argument is.
std::string verb_case(const Verb& verb)
{
    const auto first = verb.arguments.substr(verb.arguments.starts_with('['));
    return format("                {}) options+='{}' values+='{}' first='{}' ;;\n", verb.name,
                  words_of(verb.options, false), words_of(verb.options, true),
                  first.starts_with("ID") ? "ID" : "");
}

// `at` is the number of the first argument behind the verb, past options and their values.
constexpr std::string_view kBody = R"bash(
    local at verb= first= behind=0
    for ((at = 1; at < COMP_CWORD; ++at)); do
        if [[ ${COMP_WORDS[at]} == -* ]]; then
            [[ " $values" == *" ${COMP_WORDS[at]} "* && ${COMP_WORDS[at + 1]} != = ]] && ((++at))
        elif [[ -z $verb && " $verbs " == *" ${COMP_WORDS[at]} "* ]]; then
            verb=${COMP_WORDS[at]}
            choose
        elif [[ ${COMP_WORDS[at]} != = && ${COMP_WORDS[at - 1]} != = ]]; then
            ((++behind))
        fi
    done
    COMPREPLY=()
    if ((at > COMP_CWORD)) || [[ $current == = || ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
        return # the value of an option: a file, for all we know
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ -z $verb ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
    elif [[ $first == ID && $behind == 0 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$1" list -q 2>/dev/null)" -- "$current")
    elif [[ $verb == kill && $behind == 1 ]]; then
        mapfile -t COMPREPLY < <(compgen -A signal -- "$current")
    fi
}
)bash";

}  // namespace

std::string completion_text(const Program& program)
{
    const Verb* only = only_verb(program);
    const auto options = only ? only->options : program.options;
    std::string verbs, cases;
    for (const auto* verb : program.verbs)
        if (!only) {
            verbs += format("{}{}", verbs.empty() ? "" : " ", verb->name);
            cases += verb_case(*verb);
        }
    std::string text = format("# What bash completes for {}; {} --help=bash printed it.\n",
                              program.name, program.name);
    text +=
        format("_davit_{}()\n{{\n    local current=${{COMP_WORDS[COMP_CWORD]}}\n", program.name);
    text += format("    local verbs='{}'\n    local options='{}--help --version '\n", verbs,
                   words_of(options, false));
    text += format("    local values='{}'\n", words_of(options, true));
    auto body = std::string(kBody);
    body.replace(
        body.find("            choose\n"), std::string_view("            choose\n").size(),
        cases.empty() ? "" : format("            case $verb in\n{}            esac\n", cases));
    return text + body +
           format("complete -o default -F _davit_{} {}\n", program.name, program.name);
}

}  // namespace spec
