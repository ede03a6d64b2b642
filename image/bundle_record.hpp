// bundle.json: what a bundle of an image holds of the store.
#pragma once

#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace image {

inline constexpr const char* kBundleRecord = "bundle.json";
inline constexpr std::size_t kBundleRecordMost = 16384;  // bytes

struct BundleRecord {
    std::string store = {};  // absolute
    std::string lease = {};
    std::string image = {};   // its canonical name
    std::string digest = {};  // of what that name meant
};

std::string write(const BundleRecord& record);
Result<BundleRecord> read_bundle_record(std::string_view text, std::string_view name);

}  // namespace image
