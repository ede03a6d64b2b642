// What is to be fetched, as a JSON document says it.
#include "fetcher/order.hpp"

#include <criterion/criterion.h>

using fetcher::Extract;
using fetcher::read_orders;

static void expect_error(std::string_view json, std::string_view words)
{
    const auto items = read_orders(json, "uris.json");
    cr_assert(!items, "%s", std::string(json).c_str());
    cr_expect(items.error().message().find(words) != std::string::npos, "%s",
              items.error().message().c_str());
}

Test(order, a_command_info_of_mesos)
{
    const auto items = read_orders(R"({
        "shell": true, "value": "./run", "user": "nobody", "environment": {"variables": []},
        "uris": [
            {"value": "http://h/a.tgz"},
            {"value": "http://h/run", "executable": true, "extract": true, "cache": false},
            {"value": "/b.zip", "extract": false, "output_file": "c/d",
             "sha256": "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"}]})",
                                   "uris.json");
    cr_assert(items, "%s", items.error().message().c_str());
    cr_assert_eq(items->size(), 3);
    cr_expect(items->at(0).name == "a.tgz" && items->at(0).extract == Extract::IfArchive);
    cr_expect(items->at(1).executable && items->at(1).extract == Extract::No);
    cr_expect(items->at(2).name == "c/d" && items->at(2).extract == Extract::No);
    cr_expect(!items->at(0).digest);
    cr_assert(items->at(2).digest);
    cr_expect(items->at(2).digest->hex.starts_with("e3b0c442"));
}

Test(order, what_is_wrong_is_said_with_its_place)
{
    expect_error("{\n \"uris\": [\n  {\"value\": \"/a\", \"cache\": true}]}",
                 "uris.json:3:28: /uris/0/cache: wants a cache, which is not carried out yet");
    expect_error(R"({"uris": [{"value": "/a", "output_file": "/b"}]})",
                 "/uris/0/output_file: is an absolute path");
    expect_error(R"({"uris": [{"value": "a"}]})",
                 "/uris/0/value: cannot be fetched: it is neither an absolute path nor a URI");
    expect_error(R"({"uris": [{"value": "http://h/a%2fb"}]})",
                 R"(/uris/0/value: ends in the name "a/b", which is no name of a file)");
    expect_error(R"({"uris": [{"value": "/a", "sha256": "abc"}]})", "/uris/0/sha256");
    expect_error(R"({"uris": [{"value": 1}]})", "/uris/0/value");
    expect_error(R"({"uris": [{"value": "/a", "executable": "yes"}]})", "/uris/0/executable");
    expect_error(R"({"uris": {"value": "/a"}})", "/uris");
    expect_error(R"([])", "uris.json");
}

Test(order, no_two_want_the_same_place)
{
    const auto check = [](std::initializer_list<const char*> names) {
        std::vector<fetcher::Item> items;
        for (const char* name : names)
            items.push_back({.uri = {.shown = std::string("of ") + name}, .name = name});
        return fetcher::check_names(items);
    };
    cr_expect(check({"a", "b", "c/d", "c/e", "a.b", "a-b/c"}));
    const auto same = check({"a", "b", "a"});
    cr_assert(!same && same.error().status == Status::Usage);
    cr_expect_str_eq(same.error().doing.c_str(), "of a and of a would both become \"a\"");
    const auto below = check({"a/b/c", "a"});
    cr_assert(!below);
    cr_expect_str_eq(below.error().doing.c_str(),
                     "of a would become \"a\", and of a/b/c a file in it");
    cr_expect(!check({"a/b", "a/b/c/d"}));
}
