// An image's User, looked up in passwd and group.
#include "spec/users.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

constexpr std::string_view kPasswd =
    "# a comment\n"
    "\n"
    "root:x:0:0:root:/root:/bin/sh\n"
    "broken\n"
    "nogid:x:7\n"
    ":x:8:8::/:\n"
    "huge:x:4294967296:0::/huge:\n"
    "none:x:4294967295:0::/none:\n"
    "minus:x:-1:0::/minus:\n"
    "hugegid:x:9:4294967296::/:\n"
    "hex:x:0x0:0::/:\n"
    "control:x:6:6::/a\tb:\n"
    "alice:x:1000:1001:Alice:/home/alice:/bin/sh\n"
    "alice:x:0:0:second:/root:/bin/sh\n"
    "1000:x:0:0:trap:/trap:/bin/sh\n"
    "bob:x:2000:2000:Bob:relative:/bin/sh\n"
    "short:x:3000:3000\n"
    "last:x:4294967294:4294967294::/last:";

constexpr std::string_view kGroup =
    "root:x:0:root\n"
    "wheel:x:10:root,alice\n"
    "video:x:44:bob,alice\n"
    "again:x:44:alice\n"
    "own:x:1001:alice\n"
    "alicex:x:45:alicex,xalice\n"
    "huge:x:4294967296:alice\n"
    "broken:alice\n"
    "99:x:5:\n"
    "staff:x:50:";

// uid:gid:groups:name:home, or what is wrong.
std::string found(std::string_view wanted, std::string_view passwd = kPasswd,
                  std::string_view group = kGroup)
{
    const auto result = find_user(wanted, passwd, group);
    if (!result)
        return result.error().message();
    std::string gids;
    for (const auto gid : result->user.additional_gids)
        gids += (gids.empty() ? "" : ",") + std::to_string(gid);
    return std::to_string(result->user.uid) + ":" + std::to_string(result->user.gid) + ":" + gids +
           ":" + result->name + ":" + result->home;
}

}  // namespace

Test(users, are_found)
{
    const std::pair<const char*, const char*> kCases[] = {
        {"", "0:0:0,10:root:/root"},
        {"root", "0:0:0,10:root:/root"},
        {"0", "0:0:0,10:root:/root"},
        {"alice", "1000:1001:1001,10,44:alice:/home/alice"},
        {"1000", "1000:1001:1001,10,44:alice:/home/alice"},
        {"0001000", "1000:1001:1001,10,44:alice:/home/alice"},
        {"alice:", "1000:1001:1001,10,44:alice:/home/alice"},
        {"alice:staff", "1000:50:50:alice:/home/alice"},
        {"alice:99", "1000:99:99:alice:/home/alice"},
        {"1000:1000", "1000:1000:1000:alice:/home/alice"},
        {"12:staff", "12:50:50::/"},
        {"12", "12:0:0::/"},
        {":staff", "0:50:50:root:/root"},
        {"bob", "2000:2000:2000,44:bob:/"},
        {"short", "3000:3000:3000:short:/"},
        {"last", "4294967294:4294967294:4294967294:last:/last"},
        {"4294967294:4294967294", "4294967294:4294967294:4294967294:last:/last"},
    };
    for (const auto& [wanted, user] : kCases)
        expect_same(found(wanted), user);
}

Test(users, files_may_be_missing)
{
    expect_same(found("", "", ""), "0:0:0::/");
    expect_same(found("5:6", "", ""), "5:6:6::/");
    expect_same(found("alice", "", ""), "no user \"alice\" in /etc/passwd of the image");
    expect_same(found("5:staff", "", ""), "no group \"staff\" in /etc/group of the image");
}

Test(users, no_id_is_wrapped_or_taken_for_a_name)
{
    for (const char* wanted : {"4294967295", "4294967296", "18446744073709551616",
                               "99999999999999999999999999", "4294967296:0"})
        cr_expect(found(wanted, std::string(wanted) + ":x:0:0::/:")
                      .ends_with("is past the largest id, 4294967294"));
    expect_same(found("0:4294967295"), "group \"4294967295\" is past the largest id, 4294967294");
    for (const char* wanted : {"huge", "none", "minus", "hugegid", "hex", "control", "nogid",
                               "broken", "-1", "+0", "0x0", " 0", "1000 ", "alice:b:c:d"})
        cr_expect(found(wanted).starts_with("no "), "%s", wanted);
    expect_same(found("0:huge"), "no group \"huge\" in /etc/group of the image");
    const std::string nul("alice\0:x:0:0::/:", 16);
    expect_same(found("alice", nul), "no user \"alice\" in /etc/passwd of the image");
}

Test(users, groups_have_a_limit)
{
    std::string group;
    for (std::size_t i = 0; i < kGroupsMost; i++)
        group += "g:x:" + std::to_string(i) + ":root\n";
    cr_expect(find_user("root", kPasswd, group));
    group += "g:x:70000:root\n";
    expect_same(found("root", kPasswd, group), "user \"root\" is in more than 65536 groups");
}
