#include "runtime/cgroup/devices.hpp"

#include <algorithm>
#include <limits>

namespace runtime {

// As runc: any node may be made, for a node that may not be opened is harmless. These may be used:
static constexpr struct {
    std::uint32_t major;
    std::optional<std::uint32_t> minor;
} kAlways[] = {
    {1, 3},     // null
    {1, 5},     // zero
    {1, 7},     // full
    {1, 8},     // random
    {1, 9},     // urandom
    {5, 0},     // tty
    {5, 2},     // ptmx
    {136, {}},  // the terminals of devpts
    {10, 200},  // net/tun
};

static Result<std::optional<std::uint32_t>> number(const std::optional<std::int64_t>& value,
                                                   std::size_t index, const char* name)
{
    if (value.value_or(-1) == -1)
        return std::nullopt;
    // The program compares with signed constants; no device number comes near.
    if (*value < 0 || *value > std::numeric_limits<std::int32_t>::max())
        return failed("/linux/resources/devices/{}/{}: {} is no device number", index, name,
                      *value);
    return static_cast<std::uint32_t>(*value);
}

static Result<unsigned> access_bits(std::string_view letters, std::size_t index)
{
    if (letters.empty())
        return kAllAccess;
    unsigned bits = 0;
    for (const char letter : letters) {
        const std::size_t bit = std::string_view("mrw").find(letter);
        if (bit == std::string_view::npos)
            return failed("/linux/resources/devices/{}/access: \"{}\" is not made of r, w and m",
                          index, letters);
        bits |= 1U << bit;
    }
    return bits;
}

Result<DevicePolicy> device_policy(const std::vector<spec::DeviceRule>& rules)
{
    DevicePolicy policy;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const spec::DeviceRule& rule = rules[i];
        DevicePattern pattern = {.allow = rule.allow};
        pattern.major = TRY(number(rule.major, i, "major"));
        pattern.minor = TRY(number(rule.minor, i, "minor"));
        pattern.access = TRY(access_bits(rule.access, i));
        const bool all = rule.type == spec::DeviceRuleType::All;
        if (all && !pattern.major && !pattern.minor && pattern.access == kAllAccess) {
            policy.allow = rule.allow;
            policy.patterns.clear();
            policy.asked = !rule.allow;
            continue;
        }
        for (const bool block : {false, true})
            if (all || block == (rule.type == spec::DeviceRuleType::Block)) {
                pattern.block = block;
                policy.patterns.push_back(pattern);
            }
    }
    policy.asked |= !std::ranges::all_of(policy.patterns, &DevicePattern::allow);
    for (const bool block : {false, true})
        policy.patterns.push_back(
            {.allow = true, .block = block, .access = kMakeNode, .asked = false});
    for (const auto& [major, minor] : kAlways)
        policy.patterns.push_back({.allow = true, .major = major, .minor = minor, .asked = false});
    return policy;
}

static std::string text(const DevicePattern& pattern)
{
    const auto or_star = [](const std::optional<std::uint32_t>& number) {
        return number ? std::to_string(*number) : "*";
    };
    std::string text = format("{} {}:{} ", pattern.block ? 'b' : 'c', or_star(pattern.major),
                              or_star(pattern.minor));
    for (const char letter : {'r', 'w', 'm'})
        if (pattern.access & (1U << std::string_view("mrw").find(letter)))
            text += letter;
    return text;
}

using Number = std::optional<std::uint32_t>;
static bool covers(const Number& wide, const Number& narrow)
{
    return !wide || wide == narrow;
}
static bool meet(const Number& a, const Number& b)
{
    return !a || !b || a == b;
}

// Takes from the exceptions what `pattern` gives back to the default.
static Result<> give_back(const DevicePattern& pattern, std::vector<DevicePattern>& exceptions)
{
    for (DevicePattern& each : exceptions) {
        if (each.block != pattern.block || !meet(each.major, pattern.major) ||
            !meet(each.minor, pattern.minor) || (each.access & pattern.access) == 0)
            continue;
        if (covers(pattern.major, each.major) && covers(pattern.minor, each.minor))
            each.access &= ~pattern.access;
        else if (pattern.asked)
            return failed_at("/linux/resources/devices",
                             "cgroup v1 cannot {} {} within the {} of {}",
                             pattern.allow ? "allow" : "deny", text(pattern),
                             each.allow ? "permission" : "ban", text(each));
    }
    std::erase_if(exceptions, [](const DevicePattern& each) { return each.access == 0; });
    return {};
}

Result<KnobWrites> device_writes(const DevicePolicy& policy)
{
    std::vector<DevicePattern> exceptions;
    for (const DevicePattern& pattern : policy.patterns) {
        if (pattern.allow == policy.allow) {
            TRY(give_back(pattern, exceptions));
            continue;
        }
        const auto same = std::ranges::find_if(exceptions, [&](const DevicePattern& each) {
            return each.block == pattern.block && each.major == pattern.major &&
                   each.minor == pattern.minor;
        });
        if (same == exceptions.end()) {
            exceptions.push_back(pattern);
        } else {
            same->access |= pattern.access;
            same->asked |= pattern.asked;
        }
    }

    static constexpr const char* property = "/linux/resources/devices";
    KnobWrites writes;
    // A new group has its parent's rules: to allow all, nothing is to be written.
    if (!policy.allow)
        writes.push_back({.controller = "devices",
                          .file = "devices.deny",
                          .value = "a",
                          .property = property,
                          .must = policy.asked ? Must::Succeed : Must::Try});
    for (const DevicePattern& each : exceptions)
        writes.push_back({.controller = "devices",
                          .file = each.allow ? "devices.allow" : "devices.deny",
                          .value = text(each),
                          .property = property,
                          .must = each.asked ? Must::Succeed : Must::Try});
    return writes;
}

}  // namespace runtime
