// What comes before everything else: nothing of the caller's stays open that was not given to us,
// and nothing in a container can write to our own file.
#pragma once

#include <cstdint>

#include "spec/result.hpp"

namespace runtime {

// How many descriptors, from 3 on, the caller passes on by the protocol of sd_listen_fds(3).
std::uint32_t listen_fds();

// Closes all descriptors but 0-2 and the `given` ones from 3 on, which must be open. Of 0-2, those
// that are closed are refused, or taken so that no file of ours gets their number.
enum class Stdio : bool { Optional, Required };
Result<> close_what_was_not_given(std::uint32_t given, Stdio stdio);

// Where our own file could be written to through one of our processes, executes it once more from
// where it cannot: then this does not return.
Result<> protect_own_file(char* const argv[]);

}  // namespace runtime
