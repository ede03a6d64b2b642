// Environments, and what changes them.
#include "spec/environment.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

const Environment kCaller = {"HOME=/root", "EMPTY=", "A=from the caller"};

std::string from_file(std::string_view text)
{
    const auto words = read_environment_file(text, "f", kCaller);
    if (!words)
        return words.error().message();
    std::vector<std::string> all;
    for (const auto& [name, value] : *words)
        all.push_back(name + "=" + value.value_or("(none)"));
    return joined(all, "|");
}

std::string after(Environment environment, std::initializer_list<const char*> words)
{
    std::vector<EnvironmentWord> all;
    for (const char* word : words)
        cr_assert(read_word(word, all.emplace_back()));
    apply(environment, all, kCaller);
    return joined(environment, "|");
}

}  // namespace

Test(environment, words_change_it)
{
    expect_same(after({"A=1", "B=2"}, {"A=3"}), "A=3|B=2");
    expect_same(after({"A=1"}, {"C=x=y", "D="}), "A=1|C=x=y|D=");
    expect_same(after({"A=1"}, {"A=2", "A=3"}), "A=3");
    expect_same(after({"A=1", "AA=1"}, {"AA=2"}), "A=1|AA=2");
    expect_same(after({}, {"A", "EMPTY"}), "A=from the caller|EMPTY=");
    expect_same(after({"GONE=1", "GONER=1"}, {"GONE"}), "GONER=1");
    for (const char* word : {"", "=", "=x"}) {
        EnvironmentWord entry;
        cr_expect(!read_word(word, entry), "%s", word);
    }
}

Test(environment, variables)
{
    Environment environment = {"A=1", "EMPTY="};
    cr_expect(find_variable(environment, "A") == "1" && find_variable(environment, "EMPTY") == "");
    cr_expect(!find_variable(environment, "B") && !find_variable(environment, ""));
    set_if_absent(environment, "EMPTY", "x");
    set_if_absent(environment, "B", "2");
    expect_same(joined(environment), "A=1 EMPTY= B=2");
}

Test(environment, files_are_read_as_docker_does)
{
    expect_same(from_file(""), "");
    expect_same(from_file("# c\n\n  \t\nX=1\n   Y=2\n  # c\nZ=\"q\" # no comment\n"),
                "X=1|Y=2|Z=\"q\" # no comment");
    expect_same(from_file("\xEF\xBB\xBFX=1\r\nY= 2 \r\n"), "X=1|Y= 2 ");
    expect_same(from_file("A\nUNKNOWN\nHOME\n"), "A=from the caller|HOME=/root");
    expect_same(from_file("X=a=b\nX=c"), "X=a=b|X=c");
    expect_same(from_file("X=1\n=2\n"), "f:2: \"=2\" has no name, NAME=VALUE or NAME is needed");
    expect_same(from_file("X Y=1"), "f:1: the name \"X Y\" holds a space");
    expect_same(from_file("X =1"), "f:1: the name \"X \" holds a space");
    expect_same(from_file("X=1\nY=\xff\n"), "f:2: is not UTF-8 text");
    expect_same(from_file(std::string_view("X=\0", 3)), "f:1: is not UTF-8 text");
}
