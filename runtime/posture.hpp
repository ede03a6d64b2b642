// What a process of a container becomes, from the root who sets it up to the program: the last
// steps of the container's first process, and of those that join it later.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/capabilities.hpp"
#include "runtime/seccomp.hpp"
#include "runtime/verbs.hpp"
#include "spec/config_linux.hpp"
#include "spec/config_process.hpp"
#include "spec/result.hpp"
#include "sys/channel.hpp"

namespace runtime {

struct Posture {
    const spec::Process& process;
    const spec::Linux& linux;
    const CapabilitySets& capabilities;  // that can be granted
    const SeccompFilter& filter;
    std::uint32_t listen_fds = 0;
    std::uint32_t given_fds = 0;    // with those: from 3 on
    std::string listen_names = {};  // LISTEN_FDNAMES of the caller
    bool in_working_folder = false;
    std::string program = {};  // what was found for args[0]
    std::vector<std::string> environment = {};
};

// With the descriptors that the caller passes on.
Posture plan_posture(const spec::Process& process, const spec::Linux& linux,
                     const CapabilitySets& capabilities, const SeccompFilter& filter,
                     const Options& options);

// A session of its own, and the keyring of one where it is to be new; no signal is blocked.
enum class Keyring : bool { Caller, New };
Result<> lead_a_session(Keyring keyring);

// In this order, in the container's root; one that stands in "/" has `in_working_folder` for it.
Result<> set_scheduling(Posture& posture);
Result<> set_rlimits(Posture& posture);
Result<> enter_working_folder(Posture& posture);
Result<> become_the_user(Posture& posture);
Result<> enter_as_the_user(Posture& posture);
Result<> drop_capabilities(Posture& posture);
Result<> find_the_program(Posture& posture);
Result<> close_the_rest(Posture& posture);
// Where the filter asks a supervisor, `parent` passes its listener on; without one nobody is asked.
Result<> load_filter(Posture& posture, const sys::Channel* parent);
Result<> execute_program(Posture& posture);

// What is held between drop_capabilities() and load_filter(): without no_new_privs a filter can be
// loaded by a privileged process only. It is loaded as late as can be, for it may forbid what we
// still have to do: until then one capability more stays.
CapabilitySets held_until_the_filter(const Posture& posture);

// Such a step in the table of whoever has a posture, and a parent.
template <class Owner>
Result<> load_filter_of(Owner& owner)
{
    return load_filter(owner.posture, &owner.parent);
}
template <Result<> (*step)(Posture&), class Owner>
Result<> of_posture(Owner& owner)
{
    return step(owner.posture);
}

}  // namespace runtime
