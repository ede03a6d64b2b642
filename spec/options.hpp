// A program's command line as tables: one per verb, which parses it and prints its --help.
//
// A word that begins with a dash is an option: `--name`, `-name` and, where it has a letter, `-n`.
// A value follows as the next word, after `=`, or directly after the letter; letters of switches
// may be joined (`-it`). A switch also takes `=true` and `=false`. `--` ends the options, `-` alone
// is an argument. The program's own options may stand before or after the verb. `help`, `help VERB`
// is the same as --help.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "spec/result.hpp"
#include "spec/words.hpp"

namespace spec {

// One word of the command line into a member. More types: overload it in the type's namespace.
Result<> read_word(std::string_view word, std::string& into);
Result<> read_word(std::string_view word, bool& into);           // true, false
Result<> read_word(std::string_view word, std::uint32_t& into);  // decimal digits only
inline Result<> read_word(std::string_view word, std::vector<std::string>& into)
{
    into.emplace_back(word);  // an option that may be given more than once
    return {};
}

template <class T>
Result<> read_word(std::string_view word, std::optional<T>& into)
{
    return read_word(word, into.emplace());
}
template <class T>
Result<> read_word(std::string_view word, std::vector<T>& into)
{
    return read_word(word, into.emplace_back());
}

// The number of a word in a table; an error lists them all.
Result<std::size_t> read_choice(std::string_view word, std::span<const std::string_view> words);
template <class Enum>
    requires std::is_enum_v<Enum>
Result<> read_word(std::string_view word, Enum& into)
{
    const std::size_t number = TRY(read_choice(word, kWords<Enum>));
    into = static_cast<Enum>(number);
    return {};
}

struct Option {
    std::string_view name;   // "bundle"
    char letter;             // 'b', or 0
    std::string_view value;  // what its value is called in --help, "DIR"; empty: it is a switch
    std::string_view help;
    Result<> (*store)(void* into, std::string_view word);
};

// The row of a table whose value goes to `Member`, as in option<&Options::bundle>("bundle", ...).
template <auto Member>
struct Stored;
template <class Into, class T, T Into::* Member>
struct Stored<Member> {
    static Result<> store(void* into, std::string_view word)
    {
        return read_word(word, static_cast<Into*>(into)->*Member);
    }
};
template <auto Member>
constexpr Option option(std::string_view name, char letter, std::string_view value,
                        std::string_view help)
{
    return {name, letter, value, help, Stored<Member>::store};
}

// The same in a table for all structs that derive from the member's own: `Into` is the one that is
// read into.
template <class Into, auto Member>
constexpr Option option_of(std::string_view name, char letter, std::string_view value,
                           std::string_view help)
{
    return {name, letter, value, help, [](void* into, std::string_view word) -> Result<> {
                return read_word(word, static_cast<Into*>(into)->*Member);
            }};
}

// The rows of one table after those of another; a table is an array of either kind.
template <class Table>
inline constexpr std::size_t kRowCount = std::extent_v<Table>;
template <std::size_t N>
inline constexpr std::size_t kRowCount<std::array<Option, N>> = N;

template <class... Tables>
    requires((kRowCount<Tables> > 0) && ...)
constexpr auto joined(const Tables&... tables)
{
    std::array<Option, (kRowCount<Tables> + ...)> all{};
    auto* at = all.data();
    ((at = std::copy(std::begin(tables), std::end(tables), at)), ...);
    return all;
}

enum class Order : std::uint8_t {
    Anywhere,  // options may follow arguments
    First,     // the first argument ends them: what follows belongs to a command
    Before,    // all that follows the verb belongs to another program
};

// What a verb takes. `arguments` is its synopsis and its rule at once: "ID [SIGNAL]" is one or two
// words, "ID..." one or more.
struct Verb {
    std::string_view name;
    std::string_view arguments;
    std::string_view summary;
    std::span<const Option> options;
    Order order = Order::Anywhere;
    // Where options belong to the argument that follows them: sees each, with what is read so far.
    Result<> (*take)(void* into, std::string_view argument) = nullptr;
    std::string_view details = {};  // what --help tells beyond the options
};

// A program that does one thing has one verb without a name, which its command line leaves out.
struct Program {
    std::string_view name;
    std::string_view summary;
    std::span<const Option> options;  // before or after any verb
    std::span<const Verb* const> verbs;
    std::span<const std::string_view> not_yet = {};  // verbs that are refused by name
    std::string_view details = {};                   // what --help tells beyond all tables
};

// The verb of a program that has but one, without a name; else null.
const Verb* only_verb(const Program& program);

// Of every program, and read by no table: they are answered.
extern const Option kHelpOption;
extern const Option kVersionOption;

// A command line that was understood: the verb with its arguments, or, where --help or --version
// was asked for, the text to be printed in place of doing anything.
struct CommandLine {
    const Verb* verb = nullptr;
    std::vector<std::string> arguments = {};
    std::string answer = {};
};

// `words` without the program's name; values go into `into`, the struct that the tables' members
// belong to. Errors have Status::Usage.
Result<CommandLine> read_command_line(const Program& program, std::span<char* const> words,
                                      void* into);

// The text of `program --help`, or of `program verb --help`.
std::string help_text(const Program& program, const Verb* verb = nullptr);

}  // namespace spec
