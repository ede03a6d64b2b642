#include "image/bundle_record.hpp"

#include "spec/json.hpp"
#include "spec/json_writer.hpp"

namespace image {

static constexpr spec::Field kFields[] = {
    spec::field<&BundleRecord::store>("store", {.required = true}),
    spec::field<&BundleRecord::lease>("lease", {.required = true}),
    spec::field<&BundleRecord::image>("image", {.required = true}),
    spec::field<&BundleRecord::digest>("digest", {.required = true}),
};
static constexpr auto kRecord = spec::object<BundleRecord>(kFields);

std::string write(const BundleRecord& record)
{
    spec::JsonWriter json;
    json.object()
        .member("store", record.store)
        .member("lease", record.lease)
        .member("image", record.image)
        .member("digest", record.digest);
    return json.end().text();
}

Result<BundleRecord> read_bundle_record(std::string_view text, std::string_view name)
{
    return spec::read_json(kRecord, text, name);
}

}  // namespace image
