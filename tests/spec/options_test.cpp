#include "spec/options.hpp"

#include <criterion/criterion.h>

namespace {

struct Options {
    bool debug = false;
    bool tty = false;
    bool interactive = false;
    std::string root = {};
    std::vector<std::string> env = {};
    std::uint32_t fds = 0;
};

constexpr spec::Option kGlobal[] = {
    spec::option<&Options::debug>("debug", 0, "", "say more"),
    spec::option<&Options::root>("root", 0, "DIR", "where state is kept"),
};
constexpr spec::Option kTerminal[] = {
    spec::option<&Options::tty>("tty", 't', "", "a terminal"),
    spec::option<&Options::interactive>("interactive", 'i', "", "keep stdin open"),
};
constexpr spec::Option kMore[] = {
    spec::option<&Options::env>("env", 'e', "K=V", "a variable"),
    spec::option<&Options::fds>("preserve-fds", 0, "N", "descriptors to keep"),
};
constexpr auto kAll = spec::joined(kTerminal, kMore);
constexpr spec::Verb kKill = {"kill", "ID [SIGNAL]", "sends a signal", kAll};
constexpr spec::Verb kExec = {"exec", "ID COMMAND...", "runs one more", kAll, spec::Order::First};
constexpr const spec::Verb* kVerbs[] = {&kKill, &kExec};
constexpr spec::Program kProgram = {"runtime", "Makes containers.", kGlobal, kVerbs};

Options options;

Result<spec::CommandLine> read(std::vector<const char*> words)
{
    options = {};
    std::vector<char*> pointers;
    for (const char* word : words)
        pointers.push_back(const_cast<char*>(word));
    return spec::read_command_line(kProgram, pointers, &options);
}

void expect_error(std::vector<const char*> words, const char* sentence)
{
    const auto line = read(std::move(words));
    cr_assert(!line, "expected: %s", sentence);
    cr_expect_str_eq(line.error().doing.c_str(), sentence);
    cr_expect(line.error().status == Status::Usage);
}

}  // namespace

Test(options, options_and_arguments_may_be_mixed)
{
    const auto line = read({"kill", "web", "--root", "/r", "KILL", "--env=A=1", "-debug"});
    cr_assert(line);
    cr_assert(line->verb == &kKill);
    cr_assert_eq(line->arguments.size(), 2);
    cr_expect_str_eq(line->arguments[0].c_str(), "web");
    cr_expect_str_eq(line->arguments[1].c_str(), "KILL");
    cr_expect_str_eq(options.root.c_str(), "/r");
    cr_expect_str_eq(options.env.at(0).c_str(), "A=1");
    cr_expect(options.debug);
}

Test(options, a_command_after_the_first_argument_keeps_its_own_options)
{
    const auto line = read({"exec", "-ti", "web", "ls", "--env", "-x", "--"});
    cr_assert(line);
    cr_expect(options.tty && options.interactive);
    cr_assert_eq(line->arguments.size(), 5);
    cr_expect_str_eq(line->arguments[2].c_str(), "--env");
    cr_expect_str_eq(line->arguments[4].c_str(), "--");
}

Test(options, letters_take_their_value_in_every_usual_way)
{
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"kill", "-eA=1", "web"},
             {"kill", "-e=A=1", "web"},
             {"kill", "-e", "A=1", "web"},
             {"kill", "-env", "A=1", "web"},
             {"kill", "-env=A=1", "web"},
             {"kill", "-teA=1", "web"},
         }) {
        const auto line = read(words);
        cr_assert(line);
        cr_assert_eq(options.env.size(), 1);
        cr_expect_str_eq(options.env[0].c_str(), "A=1");
    }
}

Test(options, two_dashes_end_the_options_and_one_is_an_argument)
{
    const auto line = read({"kill", "--", "--debug", "-"});
    cr_assert(line);
    cr_expect(!options.debug);
    cr_expect_str_eq(line->arguments[0].c_str(), "--debug");
    cr_expect_str_eq(line->arguments[1].c_str(), "-");
}

Test(options, a_switch_can_be_turned_off)
{
    cr_assert(read({"--debug=true", "kill", "-t=true", "--tty=false", "web"}));
    cr_expect(options.debug);
    cr_expect(!options.tty);
}

Test(options, what_is_wrong_is_said_with_the_verb_and_the_word)
{
    expect_error({"stop"}, "unknown verb \"stop\"");
    expect_error({"--fast", "kill"}, "unknown option --fast");
    expect_error({"kill", "--fast=1"}, "kill: unknown option --fast");
    expect_error({"kill", "-tx"}, "kill: unknown option -x in \"-tx\"");
    expect_error({"kill", "web", "--env"}, "kill: option --env requires an argument, K=V");
    expect_error({"kill", "--preserve-fds=-1"},
                 "kill: option --preserve-fds: \"-1\" is not a number from 0 to 4294967295");
    expect_error(
        {"kill", "--preserve-fds=4294967296"},
        "kill: option --preserve-fds: \"4294967296\" is not a number from 0 to 4294967295");
    expect_error({"kill", "--preserve-fds="},
                 "kill: option --preserve-fds: \"\" is not a number from 0 to 4294967295");
    expect_error({"kill", "--tty=maybe"},
                 "kill: option --tty: \"maybe\" is neither true nor false");
    expect_error({"kill"}, "kill: ID is missing; usage: runtime kill [options] ID [SIGNAL]");
    expect_error({"exec", "web"},
                 "exec: COMMAND... is missing; usage: runtime exec [options] ID COMMAND...");
    expect_error({"kill", "web", "TERM", "now"}, "kill: unexpected argument \"now\"");
}

Test(options, help_is_for_the_verb_before_it_and_needs_no_arguments)
{
    const auto program = read({"--help"});
    cr_assert(program);
    cr_expect(program->answer.find("  exec       runs one more\n") != std::string::npos);
    cr_expect(program->answer.find("      --root DIR              where state") !=
              std::string::npos);
    const auto verb = read({"kill", "-h"});
    cr_assert(verb);
    cr_expect(verb->answer.starts_with("usage: runtime kill [options] ID [SIGNAL]\n"));
    cr_expect(verb->answer.find("  -e, --env K=V               a variable\n") != std::string::npos);
}

Test(options, help_is_a_word_too)
{
    cr_expect(read({"help"})->answer == read({"--help"})->answer);
    cr_expect(read({"help", "kill"})->answer == read({"kill", "--help"})->answer);
    expect_error({"help", "fly"}, "unknown verb \"fly\"");
}

Test(options, version_is_an_answer_before_and_after_a_verb_that_has_no_v_of_its_own)
{
    for (const auto& words : {std::vector<const char*>{"-v"}, {"--version"}, {"kill", "-v"}}) {
        const auto line = read(words);
        cr_assert(line);
        cr_expect(line->answer.starts_with("davit runtime version "));
    }
}

Test(options, no_words_are_no_verb)
{
    expect_error({}, "no verb; --help lists them");
}

namespace {

struct Pairs {
    std::string as = {};
    std::vector<std::string> taken = {};
};
constexpr spec::Option kPairOptions[] = {spec::option<&Pairs::as>("as", 0, "NAME", "its name")};
constexpr spec::Verb kOnly = {.name = "",
                              .arguments = "[WORD]...",
                              .summary = "takes words",
                              .options = kPairOptions,
                              .take = [](void* into, std::string_view word) -> Result<> {
                                  auto& pairs = *static_cast<Pairs*>(into);
                                  if (word == "bad")
                                      return failed("it is bad");
                                  pairs.taken.push_back(pairs.as + "=" + std::string(word));
                                  pairs.as.clear();
                                  return {};
                              }};
constexpr const spec::Verb* kOnlyVerb[] = {&kOnly};
constexpr spec::Program kOneThing = {"fetcher", "Takes words.", {}, kOnlyVerb};

Result<spec::CommandLine> read_pairs(std::vector<const char*> words, Pairs& pairs)
{
    std::vector<char*> pointers;
    for (const char* word : words)
        pointers.push_back(const_cast<char*>(word));
    return spec::read_command_line(kOneThing, pointers, &pairs);
}

}  // namespace

Test(options, a_program_that_does_one_thing_has_no_verb)
{
    Pairs pairs;
    const auto line = read_pairs({"--as", "1", "x", "y", "--as=2", "--", "--z"}, pairs);
    cr_assert(line && line->verb == &kOnly);
    cr_expect((pairs.taken == std::vector<std::string>{"1=x", "=y", "2=--z"}));
    const auto bad = read_pairs({"bad"}, pairs);
    cr_assert(!bad && bad.error().status == Status::Usage);
    cr_expect_str_eq(bad.error().doing.c_str(), "it is bad");
    const auto help = read_pairs({"--help"}, pairs);
    cr_assert(help);
    cr_expect(help->answer.starts_with("usage: fetcher [options] [WORD]...\n\ntakes words\n"));
    cr_expect(help->answer.find("--version") != std::string::npos);
}
