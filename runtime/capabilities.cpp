#include "runtime/capabilities.hpp"

#include <linux/capability.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cctype>

namespace runtime {

static std::uint64_t bits(const std::vector<std::string>& words, std::vector<std::string>& unknown)
{
    std::uint64_t set = 0;
    for (const auto& word : words) {
        cap_value_t number = 0;
        // libcap takes numbers and lower case, too; the specification has neither.
        const bool plain =
            std::ranges::all_of(word, [](char c) { return c == '_' || std::isupper(c); });
        if (plain && ::cap_from_name(word.c_str(), &number) == 0 && number < ::cap_max_bits())
            set |= std::uint64_t{1} << number;
        else if (std::ranges::find(unknown, word) == unknown.end())
            unknown.push_back(word);
    }
    return set;
}

CapabilitySets plan_capabilities(const spec::Capabilities& words, std::vector<std::string>& unknown)
{
    return {.bounding = bits(words.bounding, unknown),
            .permitted = bits(words.permitted, unknown),
            .effective = bits(words.effective, unknown),
            .inheritable = bits(words.inheritable, unknown),
            .ambient = bits(words.ambient, unknown)};
}

CapabilitySets grantable(const CapabilitySets& asked, const CapabilitySets& held)
{
    CapabilitySets sets;
    sets.bounding = asked.bounding & held.bounding;
    sets.permitted = asked.permitted & held.permitted;
    sets.effective = asked.effective & sets.permitted;
    sets.inheritable = asked.inheritable & (held.inheritable | (held.permitted & sets.bounding));
    sets.ambient = asked.ambient & sets.permitted & sets.inheritable;
    return sets;
}

std::string left_out(const CapabilitySets& asked, const CapabilitySets& granted)
{
    const struct {
        std::string_view name;
        std::uint64_t lost;
    } rows[] = {
        {"bounding", asked.bounding & ~granted.bounding},
        {"permitted", asked.permitted & ~granted.permitted},
        {"effective", asked.effective & ~granted.effective},
        {"inheritable", asked.inheritable & ~granted.inheritable},
        {"ambient", asked.ambient & ~granted.ambient},
    };
    std::string text;
    for (const auto& [name, lost] : rows)
        if (lost)
            text += format("{}{} {}", text.empty() ? "" : "; ", name, capability_words(lost));
    return text;
}

Result<CapabilitySets> held_capabilities(std::uint64_t bounding)
{
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    if (::capget(&header, data) < 0)
        return failed_sys("read the capabilities of this process");
    CapabilitySets held;
    for (int half = 0; half < 2; ++half) {
        held.permitted |= std::uint64_t{data[half].permitted} << (32 * half);
        held.effective |= std::uint64_t{data[half].effective} << (32 * half);
        held.inheritable |= std::uint64_t{data[half].inheritable} << (32 * half);
    }
    // What execve gave us it took from the bounding set, but for what was inherited
    // (capabilities(7)): mostly there is nothing left to ask for.
    held.bounding = held.permitted & ~held.inheritable;
    for (cap_value_t number = 0; number < ::cap_max_bits(); ++number) {
        const std::uint64_t bit = std::uint64_t{1} << number;
        if (bounding & ~held.bounding & bit && ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1)
            held.bounding |= bit;
    }
    return held;
}

Result<CapabilitySets> granted_here(const CapabilitySets& asked, bool in_user_namespace,
                                    std::vector<std::string>& warnings)
{
    CapabilitySets held = {.bounding = ~std::uint64_t{0}, .permitted = ~std::uint64_t{0}};
    if (!in_user_namespace)
        held = TRY(held_capabilities(asked.bounding));
    const CapabilitySets granted = grantable(asked, held);
    if (const std::string lost = left_out(asked, granted); !lost.empty())
        warnings.push_back(
            format("capabilities that cannot be granted here are left out: {}", lost));
    return granted;
}

std::string capability_words(std::uint64_t set)
{
    std::string words;
    for (cap_value_t number = 0; number < 64; ++number) {
        if (!(set >> number & 1))
            continue;
        char* name = ::cap_to_name(number);  // a bare number where libcap is older than the kernel
        std::string word = name ? name : "?";
        ::cap_free(name);
        std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::toupper(c); });
        words += (words.empty() ? "" : ", ") + word;
    }
    return words.empty() ? "none" : words;
}

Result<> drop_bounding(std::uint64_t keep)
{
    for (cap_value_t number = 0; number < ::cap_max_bits(); ++number)
        // Without CAP_SETPCAP nothing can be dropped, but it may be gone already.
        if (!(keep >> number & 1) && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0 &&
            ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 0)
            return failed_sys("drop {} from the bounding set",
                              capability_words(std::uint64_t{1} << number));
    return {};
}

Result<> set_capabilities(const CapabilitySets& sets)
{
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return failed_sys("clear the ambient set");
    // The kernel's own call: libcap's cap_set_proc() would first build its sets bit by bit.
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2] = {};
    for (int half = 0; half < 2; ++half)
        data[half] = {.effective = static_cast<__u32>(sets.effective >> (32 * half)),
                      .permitted = static_cast<__u32>(sets.permitted >> (32 * half)),
                      .inheritable = static_cast<__u32>(sets.inheritable >> (32 * half))};
    if (::capset(&header, data) < 0)
        return failed_sys("set effective {}, permitted {}, inheritable {}",
                          capability_words(sets.effective), capability_words(sets.permitted),
                          capability_words(sets.inheritable));
    for (cap_value_t number = 0; number < ::cap_max_bits(); ++number)
        if (sets.ambient >> number & 1 &&
            ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0)
            return failed_sys(
                "raise {} in the ambient set, which needs it permitted and inheritable",
                capability_words(std::uint64_t{1} << number));
    return {};
}

std::vector<std::string> known_capabilities()
{
    std::vector<std::string> known;
    for (cap_value_t number = 0; number < ::cap_max_bits(); ++number)
        if (std::string word = capability_words(std::uint64_t{1} << number);
            word.starts_with("CAP_"))
            known.push_back(std::move(word));
    return known;
}

}  // namespace runtime
