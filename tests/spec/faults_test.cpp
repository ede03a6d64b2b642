#include "spec/faults.hpp"

#include <criterion/criterion.h>

#include "spec/config_tables.hpp"
#include "spec/nearest.hpp"

namespace {

std::string all_faults(std::string_view text, spec::Unknown unknown = spec::Unknown::Told,
                       std::vector<std::string_view> refused = {})
{
    spec::Config config;
    std::string sentences;
    for (const auto& error : spec::find_faults(spec::kConfig, &config, text, "c", refused, unknown))
        sentences += error.message() + "\n";
    return sentences;
}

void expect(const std::string& found, const std::string& wanted)
{
    cr_expect_str_eq(found.c_str(), wanted.c_str());
}

}  // namespace

Test(faults, all_of_them_are_found_in_one_pass)
{
    expect(all_faults(R"({"ociVersion": "one",
"root": [],
"process": {"cwd": "tmp", "args": ["sh"], "user": {"uid": -1, "gid": "x"}},
"hostname": 7,
"linux": {"namespaces": [{"type": "pid"}, {"type": "pie"}, {"type": "pid"}]}
})"),
           "c:1:16: /ociVersion: \"one\" is not a version such as 1.3.0 (SemVer 2.0.0)\n"
           "c:2:9: /root: this is an array, an object is needed\n"
           "c:3:20: /process/cwd: \"tmp\" is not an absolute path\n"
           "c:3:59: /process/user/uid: -1 is out of range, a number from 0 to 4294967294 is "
           "needed\n"
           "c:3:70: /process/user/gid: \"x\" is a string, a number from 0 to 4294967294 is needed\n"
           "c:4:13: /hostname: 7 is a number, a string is needed\n"
           "c:5:52: /linux/namespaces/1/type: \"pie\" is not known, one of mount, pid, network, "
           "uts, ipc, user, cgroup, time is needed\n"
           "c:5:69: /linux/namespaces/2/type: a second \"pid\", one is allowed\n");
}

Test(faults, what_is_missing_is_told_of_every_object)
{
    expect(all_faults(R"({"root": {}, "process": {"args": ["sh"]}})"),
           "c:1:10: /root: \"path\" is missing\n"
           "c:1:25: /process: \"cwd\" is missing\n"
           "c:1:1: \"ociVersion\" is missing\n");
}

Test(faults, a_mistake_of_syntax_ends_it)
{
    expect(all_faults(R"({"hostname": 7, "x" 8})"),
           "c:1:14: /hostname: 7 is a number, a string is needed\n"
           "c:1:17: /x: is unknown\n"
           "c:1:21: /x: 8 stands here, \":\" is needed\n");
    expect(all_faults("{\"hostname\": \"\xff\"}"), "c:1:15: byte 0xff is not UTF-8 here\n");
}

Test(faults, unknown_words_are_told_on_request_with_what_was_meant)
{
    constexpr auto text =
        R"({"ociVersion": "1.0.0", "root": {"path": "r", "readOnlyy": true}, "my.own": 1})";
    expect(all_faults(text),
           "c:1:47: /root/readOnlyy: is unknown\nhint: did you mean \"readonly\"?\n"
           "c:1:67: /my.own: is unknown\n");
    expect(all_faults(text, spec::Unknown::Skipped), "");
}

Test(faults, what_is_not_carried_out_is_among_them)
{
    expect(
        all_faults(R"({"ociVersion": "1.0.0", "root": {"path": "r"}, "linux": {"intelRdt": {}}})",
                   spec::Unknown::Skipped, {"/linux/intelRdt"}),
        "c:1:70: /linux/intelRdt: is not carried out yet\n");
}

Test(faults, a_text_of_nothing_else_ends_somewhere)
{
    std::string text = R"({"ociVersion": "1.0.0", "root": {"path": "r"}, "process": {"args": [)";
    for (int number = 0; number < 1000; ++number)
        text += "1, ";
    spec::Config config;
    const auto found =
        spec::find_faults(spec::kConfig, &config, text + "1]}}", "c", {}, spec::Unknown::Told);
    cr_expect_eq(found.size(), spec::kFaultsMost + 1);
}

Test(faults, the_nearest_word_is_one_that_could_have_been_meant)
{
    constexpr std::string_view words[] = {"hostname", "hooks", "mounts"};
    cr_expect_eq(spec::nearest("hostnme", words), "hostname");
    cr_expect_eq(spec::nearest("MOUNT", words), "mounts");
    cr_expect_eq(spec::nearest("windows", words), "");
    cr_expect_eq(spec::nearest("", words), "");
    cr_expect_eq(spec::nearest(std::string(10000, 'h'), words), "");
}
