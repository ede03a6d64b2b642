// What an image was made for, and which of several fits this machine (image-spec 1.1,
// image-index.md, "platform"; containerd's normal forms).
#pragma once

#include <string>

namespace spec {

struct Platform {
    std::string os = {};            // linux
    std::string architecture = {};  // as Go's GOARCH: amd64, arm64, arm
    std::string variant = {};       // v8, or empty
};

}  // namespace spec
