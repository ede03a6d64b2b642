// What `exec` is to run: the process of --process, or the container's own with what the command
// line changes. Either way it has no more than the container.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runtime/capabilities.hpp"
#include "runtime/verbs.hpp"
#include "spec/config_process.hpp"
#include "spec/result.hpp"

namespace runtime {

// `own` is the process of the container's config.json. Of what --process leaves out, capabilities,
// limits, OOM score, priorities and CPU affinity are its; noNewPrivileges cannot be taken back.
Result<spec::Process> exec_process(const spec::Process& own, const Options& options,
                                   std::span<const std::string> command);

// What of the process's capabilities is in the container's bounding set; `more`, of --cap, must be.
Result<CapabilitySets> exec_capabilities(const spec::Process& own, const spec::Process& process,
                                         const std::vector<std::string>& more,
                                         std::vector<std::string>& warnings);

}  // namespace runtime
