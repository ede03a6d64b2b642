// Hooks: programs that config.json wants run at certain points of the container's life.
// config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/verbs.hpp"
#include "spec/config.hpp"
#include "spec/state.hpp"

namespace runtime {

// In the order of the container's life.
enum class HookPoint : std::uint8_t {
    Prestart,         // deprecated: as createRuntime, and before it
    CreateRuntime,    // where the runtime is
    CreateContainer,  // a program of the host, in the container's namespaces, before the pivot
    StartContainer,   // a program of the container, where and as what its own program will run
    Poststart,        // where the runtime is
    Poststop,         // where the runtime is
};

// The names of all, as in config.json.
std::vector<std::string_view> hook_names();

// Whether there are any between the mounts and the pivot: the rootfs is then where they look for
// it.
bool has_early_hooks(const spec::Hooks& hooks);

// Whether there are any for `start` and `delete` to run: such that config.json has to be read
// again.
bool has_later_hooks(const spec::Hooks& hooks);

// What a hook finds where it runs.
struct HookSurroundings {
    spec::State state = {};   // for its standard input; its pid as the hook sees it
    std::string folder = {};  // its working folder
    std::vector<int> watched =
        {};  // once one of them can be read, or is closed, the hook is killed
    std::function<Result<>()> before_execute = {};  // in the hook's process
};

// Runs those of a point one after the other. The first that fails, or takes longer than its
// timeout, is the error, with what it said on standard error. ECANCELED: one of `watched` it was.
Result<> run_hooks(HookPoint point, const spec::Hooks& hooks, const HookSurroundings& around);

// All of the poststop hooks, in whose way no failure stands: each is a warning.
void run_poststop_hooks(const spec::Hooks& hooks, const spec::State& state,
                        std::vector<Notice>& notices);

// Once the others have begun to run, those of poststop follow, also where the container does not
// come into being: at the end of this object, unless it is kept.
class OwedHooks {
public:
    explicit OwedHooks(std::vector<Notice>& notices) : notices_(notices) {}
    OwedHooks(const OwedHooks&) = delete;
    ~OwedHooks();

    void owe(const spec::Hooks& hooks, const spec::State& state);
    void keep() { hooks_ = nullptr; }  // somebody else will run them

private:
    std::vector<Notice>& notices_;
    const spec::Hooks* hooks_ = nullptr;
    spec::State state_ = {};
};

}  // namespace runtime
