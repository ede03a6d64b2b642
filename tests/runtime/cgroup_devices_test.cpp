#include <criterion/criterion.h>

#include "runtime/cgroup/devices.hpp"

using namespace runtime;

namespace {

using enum spec::DeviceRuleType;
using Rules = std::vector<spec::DeviceRule>;

struct Access {
    bool block;
    std::uint32_t major, minor;
    unsigned bits;
};

// What the kernel's interpreter does with the few instructions that we use.
bool run(const std::vector<bpf_insn>& program, const Access& access)
{
    std::uint64_t registers[11] = {};
    const std::uint32_t context[] = {
        access.bits << 16 | (access.block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR), access.major,
        access.minor};
    for (std::size_t at = 0; at < program.size(); ++at) {
        const bpf_insn& each = program[at];
        std::uint64_t& to = registers[each.dst_reg];
        const auto value = static_cast<std::uint64_t>(std::int64_t{each.imm});
        switch (each.code) {
            case BPF_LDX | BPF_MEM | BPF_W:
                cr_assert_eq(each.src_reg, 1);
                to = context[each.off / 4];
                break;
            case BPF_ALU64 | BPF_AND | BPF_K:
                to &= value;
                break;
            case BPF_ALU64 | BPF_RSH | BPF_K:
                to >>= value;
                break;
            case BPF_ALU64 | BPF_MOV | BPF_K:
                to = value;
                break;
            case BPF_JMP | BPF_JNE | BPF_K:
                at += to != value ? each.off : 0;
                break;
            case BPF_JMP | BPF_JSET | BPF_K:
                at += (to & value) != 0 ? each.off : 0;
                break;
            case BPF_JMP | BPF_JA:
                at += each.off;
                break;
            case BPF_JMP | BPF_EXIT:
                return registers[0] == 1;
            default:
                cr_assert_fail("instruction %#x", each.code);
        }
    }
    cr_assert_fail("the program has no end");
    return false;
}

DevicePolicy policy(const Rules& rules)
{
    const auto made = device_policy(rules);
    cr_assert(made, "%s", made.error().doing.c_str());
    return *made;
}

bool allowed(const Rules& rules, const Access& access)
{
    return run(device_program(policy(rules)), access);
}

std::string written(const Rules& rules)
{
    const auto writes = device_writes(policy(rules));
    if (!writes)
        return writes.error().doing;
    std::string text;
    for (const KnobWrite& each : *writes)
        text += each.file.substr(8) + (each.must == Must::Try ? "? " : " ") + each.value + "\n";
    return text;
}

const spec::DeviceRule kDenyAll = {.allow = false, .type = All, .access = "rwm"};
const spec::DeviceRule kAllowAll = {.allow = true, .type = All, .access = "rwm"};

}  // namespace

Test(cgroup, what_every_container_gets_is_allowed_after_the_rules)
{
    for (const Rules& rules : {Rules{}, Rules{kDenyAll}}) {
        cr_expect(allowed(rules, {false, 1, 3, kRead | kWrite}));    // null
        cr_expect(allowed(rules, {false, 136, 7, kRead | kWrite}));  // a terminal
        cr_expect(allowed(rules, {false, 10, 200, kRead}));          // tun
        cr_expect(allowed(rules, {true, 8, 0, kMakeNode}));
        cr_expect(allowed(rules, {false, 4, 1, kMakeNode}));
        cr_expect(!allowed(rules, {true, 8, 0, kRead}));
        cr_expect(!allowed(rules, {true, 1, 3, kRead}));
        cr_expect(!allowed(rules, {false, 1, 1, kWrite}));  // mem
        cr_expect(!allowed(rules, {false, 5, 1, kRead}));   // console
    }
}

Test(cgroup, the_last_rule_that_matches_a_device_decides)
{
    const Rules rules = {
        kAllowAll,
        kDenyAll,
        {.allow = true, .type = Block, .major = 8, .minor = -1, .access = "rw"},
        {.allow = false, .type = Block, .major = 8, .minor = 1, .access = "w"},
        {.allow = true, .type = Char, .major = 10, .minor = 229, .access = "r"},
        {.allow = true, .type = Char, .major = 10, .minor = 229, .access = "w"},
        {.allow = true, .type = All, .major = 7, .access = "r"},
        {.allow = false, .type = Char, .major = 136, .minor = 5, .access = "rwm"},
    };
    cr_expect(allowed(rules, {true, 8, 0, kRead | kWrite}));
    cr_expect(allowed(rules, {true, 8, 1, kRead}));
    cr_expect(!allowed(rules, {true, 8, 1, kRead | kWrite}));
    cr_expect(!allowed(rules, {true, 8, 1, kWrite}));
    cr_expect(!allowed(rules, {true, 9, 1, kRead}));
    cr_expect(allowed(rules, {false, 10, 229, kRead | kWrite}));  // each access on its own
    cr_expect(!allowed(rules, {false, 10, 230, kRead}));
    cr_expect(allowed(rules, {true, 7, 9, kRead}));
    cr_expect(allowed(rules, {false, 7, 9, kRead}));
    cr_expect(!allowed(rules, {false, 7, 9, kRead | kWrite}));
    cr_expect(allowed(rules, {false, 136, 5, kRead}));  // always, as the peers
}

Test(cgroup, what_is_not_denied_stays_allowed_in_a_privileged_container)
{
    const Rules rules = {kDenyAll, kAllowAll, {.allow = false, .type = Block, .major = 8}};
    cr_expect(allowed(rules, {true, 9, 0, kAllAccess}));
    cr_expect(allowed(rules, {false, 8, 0, kRead}));
    cr_expect(!allowed(rules, {true, 8, 0, kRead}));
    cr_expect(allowed(rules, {true, 8, 0, kMakeNode}));
    cr_expect(policy(rules).asked);
    cr_expect(!policy({kAllowAll}).asked);
    cr_expect(!policy({}).asked);
    cr_expect(policy({kDenyAll}).asked);
}

Test(cgroup, v1_gets_a_default_and_its_exceptions)
{
    const std::string usual =
        written({kAllowAll,
                 kDenyAll,
                 {.allow = true, .type = Char, .major = 10, .minor = 229},
                 {.allow = true, .type = Char, .major = 1, .minor = 3},
                 {.allow = true, .type = Block, .major = 8, .access = "r"},
                 {.allow = false, .type = Block, .major = 8, .access = "rw"}});
    cr_expect_str_eq(usual.c_str(),
                     "deny a\nallow c 10:229 rwm\nallow c 1:3 rwm\n"
                     "allow? c *:* m\nallow? b *:* m\nallow? c 1:5 rwm\nallow? c 1:7 rwm\n"
                     "allow? c 1:8 rwm\nallow? c 1:9 rwm\nallow? c 5:0 rwm\nallow? c 5:2 rwm\n"
                     "allow? c 136:* rwm\nallow? c 10:200 rwm\n");
    const std::string privileged = written({kAllowAll});
    cr_expect_str_eq(privileged.c_str(), "");
    const std::string one =
        written({kAllowAll, {.allow = false, .type = Block, .major = 8, .minor = 0}});
    cr_expect_str_eq(one.c_str(), "deny b 8:0 rw\n");
}

Test(cgroup, what_v1_cannot_keep_is_refused_and_not_ignored)
{
    const std::string hole = written({kDenyAll,
                                      {.allow = true, .type = Block, .major = 8},
                                      {.allow = false, .type = Block, .major = 8, .minor = 1}});
    cr_expect_str_eq(hole.c_str(),
                     "/linux/resources/devices: cgroup v1 cannot deny b 8:1 rwm within the "
                     "permission of b 8:* rwm");
}

Test(cgroup, a_device_rule_that_makes_no_sense_names_itself)
{
    const auto access = device_policy({kDenyAll, {.allow = true, .access = "rx"}});
    cr_assert(!access);
    cr_expect_str_eq(access.error().doing.c_str(),
                     "/linux/resources/devices/1/access: \"rx\" is not made of r, w and m");
    const auto major = device_policy({{.allow = true, .major = -2}});
    cr_assert(!major);
    cr_expect_str_eq(major.error().doing.c_str(),
                     "/linux/resources/devices/0/major: -2 is no device number");
}
