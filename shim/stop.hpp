// Ending a container that is on record.
#pragma once

#include "shim/await.hpp"

namespace shim {

// Asks it to end, and has it killed after `timeout` (what its launch said, where none is given);
// then all is cleared away. What has ended already stays as it is. Guards that do not do that are
// given some seconds more, then it is done without them. Fails where that does not help either.
Result<Ended> destroy(const Places& places, const std::string& id,
                      const std::optional<spec::Duration>& timeout);

}  // namespace shim
