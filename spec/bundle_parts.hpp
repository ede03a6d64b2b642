// The parts of a bundle's config.json that take some thought (spec/bundle.hpp).
#pragma once

#include <string>
#include <vector>

#include "spec/bundle.hpp"
#include "spec/config.hpp"

namespace spec {

// Empty: the host's own.
std::string hostname(const ContainerOptions& options, const BundleFacts& facts);

// What is nearer to the root comes first. In a place that the caller asks for, none of ours is.
Result<std::vector<Mount>> plan_mounts(const ContainerOptions& options, const BundleFacts& facts);

// conversion.md, "Annotation Fields"; the image's labels count more.
Map<std::string> annotations(const ImageConfig& image);

// JSON holds nothing else: a path or a word that is not UTF-8 would become another one.
Result<> check_utf8(const std::vector<std::string>& texts);

}  // namespace spec
