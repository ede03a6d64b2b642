#include "spec/version.hpp"

#include "spec/result.hpp"

namespace spec {

constinit const std::string_view kCommit = DAVIT_COMMIT;

std::string version_text(std::string_view program)
{
    return format("davit {} version {}\ncommit: {}\nspec: {}\n", program, kVersion, kCommit,
                  kRuntimeSpec);
}

}  // namespace spec
