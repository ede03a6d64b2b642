// What can be fetched, and what its file is called.
#include "fetcher/uri.hpp"

#include <criterion/criterion.h>

using fetcher::Of;
using fetcher::read_uri;
using fetcher::Uri;

namespace {

void expect(std::string_view text, Uri::Kind kind, const char* place, const char* name)
{
    const auto uri = read_uri(text);
    cr_assert(uri, "%s: %s", std::string(text).c_str(), uri.error().doing.c_str());
    cr_expect(uri->kind == kind);
    cr_expect_str_eq(uri->place.c_str(), place);
    cr_expect_str_eq(uri->name.c_str(), name);
}

void expect_error(std::string_view text, std::string_view words)
{
    const auto uri = read_uri(text);
    cr_assert(!uri, "%s", std::string(text).c_str());
    cr_expect(uri.error().doing.find(words) != std::string::npos, "%s", uri.error().doing.c_str());
}

}  // namespace

Test(uri, a_file_has_an_absolute_path)
{
    constexpr auto kFile = Uri::Kind::File;
    expect("/a/b c%41", kFile, "/a/b c%41", "b c%41");
    expect("/a:b/c", kFile, "/a:b/c", "c");
    expect("file:///a/b%20c%41", kFile, "/a/b cA", "b cA");
    expect("FILE://LocalHost/a", kFile, "/a", "a");
    expect("file:/a/b?c#d", kFile, "/a/b?c#d", "b?c#d");
    expect("file:///a/", kFile, "/a/", "");
    expect_error("file://host/a", "it is a file of the host \"host\"");
    expect_error("file:a", "its path is not absolute");
    expect_error("file://", "its path is not absolute");
    expect_error("file:///a%00b", "its path has a NUL");
}

Test(uri, a_url_loses_what_is_not_for_the_server)
{
    constexpr auto kHttp = Uri::Kind::Http;
    expect("http://h/a/b?c=/d#e", kHttp, "http://h/a/b?c=/d", "b");
    expect("HTTPS://h:8443/%c3%bc%", kHttp, "https://h:8443/%c3%bc%", "\xc3\xbc%");
    expect("http://u:p%40x@h/a", kHttp, "http://h/a", "a");
    expect("http://h", kHttp, "http://h/", "");
    expect("http://[::1]:80/a", kHttp, "http://[::1]:80/a", "a");
    expect_error("http://", "it is no URL");
    expect_error("http://h:99999/", "it is no URL");
    expect_error("http://h/a b", "it is no URL");
}

Test(uri, credentials_are_for_the_header_alone)
{
    const auto uri = read_uri("https://me:se%3Acret@h/a?token=1");
    cr_assert(uri);
    cr_expect_str_eq(uri->authorization.c_str(), "Basic bWU6c2U6Y3JldA==");
    cr_expect_str_eq(uri->shown.c_str(), "https://h/a?...");
    cr_expect(read_uri("https://h/a")->authorization.empty());
    const auto bad = read_uri("https://me:se:cret@h:x/a");
    cr_assert(!bad);
    cr_expect(bad.error().doing.find("cret") == std::string::npos);
}

Test(uri, other_words_are_refused)
{
    expect_error("", "it is empty");
    expect_error("a/b", "it is neither an absolute path nor a URI");
    expect_error("a/b:c", "it is neither an absolute path nor a URI");
    for (const char* scheme : {"ftp", "hdfs", "s3", "docker", "gopher", "-o"})
        expect_error(std::string(scheme) + "://h/a", "is none of the schemes that are carried out");
    expect_error("http://h/a\r\nHost: b", "it has a control character");
    expect_error(std::string_view("/a\0b", 4), "it has a control character");
    expect_error("/" + std::string(9000, 'a'), "the most is 8192");
}

Test(uri, names_of_files)
{
    const auto name = [](std::string_view text, Of whose) {
        const auto read = fetcher::output_name(text, whose);
        return read ? *read : "(" + read.error().doing + ")";
    };
    cr_expect(name("a", Of::Uri) == "a");
    cr_expect(name("./a//b/.c", Of::Option) == "a/b/.c");
    for (const char* bad : {"", "/a", "a/", ".", "..", "../a", "a/../b", "a\nb", "\x7f",
                            ".davit-fetch.1", ".davit-fetch.1/a"})
        for (const Of whose : {Of::Uri, Of::Option})
            cr_expect(name(bad, whose).starts_with('('), "%s", bad);
    cr_expect(name("a/b", Of::Uri).starts_with('('));
    cr_expect(name(std::string(256, 'a'), Of::Option).starts_with('('));
    cr_expect(name(std::string(255, 'a'), Of::Uri).size() == 255);
}
