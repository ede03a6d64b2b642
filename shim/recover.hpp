// What is done for a container whose shim and keeper are both gone.
#pragma once

#include "shim/existing.hpp"

namespace shim {

enum class Recovered : std::uint8_t {
    Nothing,   // it has its guards, or its end is on record and nothing is left of it
    Adopted,   // it runs, and has a new shim
    Finished,  // its end is on record now, and nothing is left of it
    Broken,    // its records say nothing: `reason`
};

struct Recovery {
    Recovered what = Recovered::Nothing;
    std::string reason = {};
};

// Safe at any time, by several at once: who holds the lock does it, the others find it guarded.
Result<Recovery> recover(Existing existing);

// As find_existing(); what lost its guards is recovered first.
Result<Existing> find_recovered(const Places& places, const std::string& id);

// What processes that were killed left where it has no id: half-made records; sandboxes and what
// runs without one. What runs under another --data is not ours to judge.
Result<> sweep(const Places& places);

}  // namespace shim

namespace spec {

template <>
inline constexpr auto kWords<shim::Recovered> = words("nothing", "adopted", "finished", "broken");

}  // namespace spec
