// WWW-Authenticate: many challenges in a line, quoted commas, what servers really send.

#include "spec/challenge.hpp"

#include <criterion/criterion.h>

static std::string parameter(const spec::Challenge& challenge, const char* name)
{
    const auto found = challenge.parameters.find(name);
    return found == challenge.parameters.end() ? "(none)" : found->second;
}

Test(challenge, one)
{
    const auto all = spec::read_challenges(
        R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",)"
        R"(scope="repository:library/alpine:pull,push")");
    cr_assert(all.size() == 1);
    cr_expect(all[0].scheme == "bearer");
    cr_expect(parameter(all[0], "realm") == "https://auth.docker.io/token");
    cr_expect(parameter(all[0], "scope") == "repository:library/alpine:pull,push");
}

Test(challenge, several_in_a_line)
{
    const auto all =
        spec::read_challenges(R"(Negotiate, Negotiate YWJj==, Basic realm="a \"b\", c" , )"
                              R"(BEARER Realm = "x",  scope=a/b)");
    cr_assert(all.size() == 4);
    cr_expect(all[0].scheme == "negotiate" && all[0].token.empty());
    cr_expect(all[1].token == "YWJj==");
    cr_expect(parameter(all[2], "realm") == "a \"b\", c");
    cr_expect(all[3].scheme == "bearer");
    cr_expect(parameter(all[3], "realm") == "x" && parameter(all[3], "scope") == "a/b");
}

Test(challenge, what_is_none)
{
    cr_expect(spec::read_challenges("").empty());
    cr_expect(spec::read_challenges(" , ,").empty());
    cr_expect(spec::read_challenges("\"x\"").empty());
    cr_expect(spec::read_challenges("Basic realm=\"no end").empty());
    cr_expect(spec::read_challenges("Basic").size() == 1);
    cr_expect(spec::read_challenges("Basic realm=\"a\", \x01").size() == 1);
}
