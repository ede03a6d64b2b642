// A container under guard: what its shim and its keeper carry. One is forked from the other, so
// that each knows all that the other knew at that time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shim/fetch_request.hpp"
#include "shim/places.hpp"
#include "spec/life.hpp"
#include "spec/pull_options.hpp"
#include "spec/state.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace shim {

// How far `runtime` has come with it.
enum class Phase : std::uint8_t { Nothing, Created, Started };

// Whose child its first process is. Only a parent learns how it ends on every kernel.
enum class Parent : std::uint8_t { Keeper, Shim, Nobody };

// What the client of a launch hears when the program runs; where it never will, the error.
inline constexpr char kRuns = 'R';

// What shim and keeper say to each other; an error that stopped a task crosses as such.
enum class Word : char {
    Nothing = 0,
    Create = 'c',   // to the keeper: have it created
    Start = 's',    // have its program started
    Told = 't',     // the client has its answer
    HungUp = 'h',   // nobody has its terminal any more
    Dismiss = 'q',  // all is done
    Created = 'C',  // from the keeper; with the master of its terminal, where it has one
    Started = 'S',
    Ended = 'X',  // its value is the wait status
};

// What has to be done of an image before there is a bundle. Only shims that come from the first one
// know it.
struct ImageOrder {
    spec::PullPolicy pull = spec::PullPolicy::Missing;
    std::vector<std::string> options = {};  // of `image bundle`
    std::vector<std::string> words = {};    // the container's command line
    std::vector<FetchRequest> files = {};
    bool image_decides_signal = true;  // which one asks it to end
};

inline constexpr const char* kBundleFolder = "bundle";  // of an image, in the record

struct Container {
    Places places = {};
    std::string runtime = {};  // the program
    spec::LaunchRecord launch = {};
    bool gives_input = false;  // -i
    std::string id_file = {};  // --id-file
    ImageOrder order = {};

    sys::Fd record = {};       // the folder of what lasts; its flock(2) is held by both
    std::string token = {};    // of the record: what runs says that it is this one's
    sys::Fd folder = {};       // the folder of what runs
    sys::Channel other = {};   // the shim's to its keeper, the keeper's to its shim
    sys::Channel client = {};  // of `launch`: who waits for the word
    sys::Fd progress = {};     // of `launch`: the client's standard error, as long as it waits
    sys::Fd terminal = {};     // the master of it; held by both, so that no death hangs it up
    pid_t shim_pid = 0;
    pid_t keeper_pid = 0;
    unsigned shims = 1;  // that it has had, with this one
    unsigned keepers = 0;

    Phase phase = Phase::Nothing;
    Word task = Word::Nothing;  // that the keeper has been given and has not answered yet
    bool above_keeper = false;  // of the shim: the keeper is its child
    Parent parent = Parent::Keeper;
    spec::State state = {};              // runtime's record
    std::uint64_t oom_kills_before = 0;  // of a group that was there before it
    std::uint64_t oom_kills_seen = 0;    // with those that were not its first process
    std::string started = {};
    std::optional<spec::RawEnd> end = {};
    bool lost = false;          // it has ended, and nobody can tell how
    std::string lost_by = {};   // why, where that is known
    bool stop_at_once = false;  // whoever takes over is to end it

    std::string step = {};              // in progress
    std::optional<Error> failure = {};  // that ended the launch,
    std::string failed_step = {};       // in this step
    std::string stopped_by = {};        // why we ended it, or empty
    std::vector<std::string> notices = {};

    std::string folder_path() const { return places.running() + "/" + launch.id; }
    std::string half_folder_name() const { return ".new." + token; }
    std::string half_folder_path() const { return places.running() + "/" + half_folder_name(); }
    std::string record_path() const { return places.records() + "/" + launch.id; }
    std::string sandbox_path() const { return places.sandboxes() + "/" + launch.id; }
};

// What is on record of the end of its first process, as its parent sees it now.
spec::RawEnd raw_end(const sys::EndedChild& child);

// Replaces status.json. A status that cannot be written stops nothing.
void show_status(const Container& container, spec::LifeStatus status);

}  // namespace shim
