#include "shim/stop_request.hpp"

#include "shim/record.hpp"
#include "spec/json.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"

namespace shim {

static constexpr spec::Field kFields[] = {
    spec::field<&StopRequest::signal>("signal", {.required = true, .range = spec::Range{1, 64}}),
    spec::field<&StopRequest::timeout_ms>("timeoutMs", {.required = true}),
};
static constexpr auto kStopRequest = spec::object<StopRequest>(kFields);

Result<> write_stop_request(const sys::Fd& folder, const StopRequest& request)
{
    spec::JsonWriter json;
    json.object().member("signal", request.signal).member("timeoutMs", request.timeout_ms).end();
    TRY(sys::replace_file(folder.get(), kStopFile, json.text(), 0600));
    (void)sys::connect_to(format("/proc/self/fd/{}/{}", folder.get(), kControlSocket));
    return {};
}

Result<std::optional<StopRequest>> read_stop_request(const sys::Fd& folder)
{
    const auto text = TRY(read_if_there(folder, kStopFile));
    if (!text)
        return std::nullopt;
    return TRY(spec::read_json(kStopRequest, *text, kStopFile));
}

}  // namespace shim
