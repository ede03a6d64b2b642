// The five capability sets of a process: from words to bits, reduced to what can be had, applied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spec/config_process.hpp"
#include "spec/result.hpp"

namespace runtime {

// Bit n is capability number n (capabilities(7)).
struct CapabilitySets {
    std::uint64_t bounding = 0;
    std::uint64_t permitted = 0;
    std::uint64_t effective = 0;
    std::uint64_t inheritable = 0;
    std::uint64_t ambient = 0;

    bool operator==(const CapabilitySets&) const = default;
};

// Words that the kernel or libcap does not know are left out and named in `unknown`: config.md asks
// to warn of them, not to fail.
CapabilitySets plan_capabilities(const spec::Capabilities& words,
                                 std::vector<std::string>& unknown);

// Of what was asked for, all that the kernel grants to a process that holds `held` (capset(2)).
// Neither asks it anything.
CapabilitySets grantable(const CapabilitySets& asked, const CapabilitySets& held);
std::string left_out(const CapabilitySets& asked, const CapabilitySets& granted);  // "" or in words

// What this process holds; of its bounding set only what is in `bounding` has to be known.
Result<CapabilitySets> held_capabilities(std::uint64_t bounding);

// What is granted of what was asked for to a process that this one makes: config.md, "Linux
// Process", wants a warning of what cannot be. In a user namespace a process holds all there is.
Result<CapabilitySets> granted_here(const CapabilitySets& asked, bool in_user_namespace,
                                    std::vector<std::string>& warnings);

// In this order around the change of the user, which empties all but the bounding set.
Result<> drop_bounding(std::uint64_t keep);
Result<> set_capabilities(const CapabilitySets& sets);

std::string capability_words(std::uint64_t set);  // "CAP_CHOWN, CAP_KILL", or "none"

std::vector<std::string> known_capabilities();  // to this kernel and libcap

}  // namespace runtime
