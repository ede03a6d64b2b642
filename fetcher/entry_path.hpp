// The paths that an archive writes on its entries.
#pragma once

#include <string>
#include <string_view>

#include "fetcher/limits.hpp"
#include "spec/result.hpp"

namespace fetcher {

// Without "/" at either end, empty components and "."; the root is "". ".." is refused wherever it
// stands, for nobody who writes archives honestly needs it, and so is what no file system takes.
Result<std::string> clean_path(std::string_view path, const Limits& limits);

// Of such a path: what it lies in, and its last component.
std::string_view parent_of(std::string_view path);
std::string_view name_of(std::string_view path);

}  // namespace fetcher
