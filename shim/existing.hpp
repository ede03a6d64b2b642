// Containers that are on record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shim/container.hpp"
#include "shim/places.hpp"
#include "shim/verbs.hpp"
#include "spec/life.hpp"
#include "sys/fd.hpp"

namespace shim {

struct Existing {
    Places places = {};
    std::string id = {};
    sys::Fd record = {};  // its folder
    std::optional<spec::LaunchRecord> launch = {};
    std::optional<spec::ExitRecord> exit = {};
    std::optional<spec::LifeState> state = {};  // as its shim shows it
    bool guarded = false;                       // by a shim or a keeper
    std::string broken = {};                    // why its records are of no use, or empty
};

// Fails where there is none of this id, and nowhere else: a broken record is one, too.
Result<Existing> find_existing(const Places& places, const std::string& id);

// As they are now: launch, exit, state, broken.
void read_records(Existing& existing);

// What it is now, as everybody is told.
spec::LifeState state_of(const Existing& existing);
bool has_ended(const Existing& existing);

Result<std::vector<std::string>> list_ids(const Places& places);  // sorted

// Where it runs: its shim's folder, while there is one. ENOENT where what has this name is another
// record's.
Result<sys::Fd> open_running(const Existing& existing);

// As whoever has `runtime` do something to it carries it: its record is still `existing`'s.
Result<Container> container_of(const Existing& existing);

Result<Places> places_of(const Call& call);

}  // namespace shim
