#include "shim/stop.hpp"

#include <signal.h>

#include "shim/recover.hpp"
#include "shim/stop_request.hpp"

namespace shim {

Result<spec::ExitRecord> destroy(const Places& places, const std::string& id,
                                 const std::optional<spec::Duration>& timeout)
{
    for (;;) {
        auto existing = TRY(find_existing(places, id));
        if (!existing.broken.empty())
            return failed("its record is broken: {}", existing.broken);
        if (!existing.exit && !existing.guarded) {
            TRY(recover(std::move(existing)));
            continue;
        }
        if (!existing.exit) {
            const std::uint64_t most = timeout ? timeout->ms : existing.launch->stop_timeout_ms;
            const StopRequest request{
                .signal = most == 0 ? SIGKILL : existing.launch->stop_signal,
                .timeout_ms = most,
            };
            // Its folder comes after its record and goes before it.
            if (const auto folder = open_running(existing))
                TRY(write_stop_request(*folder, request));
        }
        // The wait itself has an end: a request before there was a folder is made again.
        const auto end = TRY(await_end(places, id, after(spec::Duration{500})));
        if (end)
            return *end;
    }
}

}  // namespace shim
