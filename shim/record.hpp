// What is kept of a container, and outlives it:
//
//   containers/<id>/          the lock on the id; its flock(2) is held while shim or keeper lives
//       launch.json           spec::LaunchRecord; without it the launch never began
//       exit.reserved         room for the record of its end, taken before there is one, so that a
//                             full disk cannot swallow it; becomes
//       exit.json             spec::ExitRecord
//   sandbox/<id>/             stdout, stderr
#pragma once

#include <optional>
#include <string>

#include "shim/container.hpp"

namespace shim {

// Names that are no ids: what a process that was killed left of a record.
inline constexpr const char* kHalfMade = ".new.";
inline constexpr const char* kHalfRemoved = ".old.";

inline constexpr const char* kLaunchFile = "launch.json";
inline constexpr const char* kExitFile = "exit.json";
inline constexpr const char* kReservedFile = "exit.reserved";
inline constexpr const char* kStatusFile = "status.json";
inline constexpr const char* kRawFile = "raw";
inline constexpr const char* kTokenFile = "record";
inline constexpr const char* kOwnersFile = "records";  // the token of the folder of its record
inline constexpr std::size_t kRecordMost = 4096;       // bytes of exit.json

// Takes the id of container.launch, with all that the launch needs of the disk. Fails with nothing
// made.
Result<> take_id(Container& container);

// Gives it up again: nothing is left of it.
Result<> remove_record(const Container& container);

// A file of the sandbox, to append to: what the container writes goes there.
Result<sys::Fd> open_output(const Container& container, const char* name);

bool is_removed(const sys::Fd& folder);  // while it is open here

// What tells a record from every other one, whatever id and --data that has, and stays readable
// where nothing in it is: the number of its folder, and when that was made.
Result<std::string> token_of(const sys::Fd& record);

// Whether nobody else guards it: from then on this process does, while `folder` is open.
Result<bool> lock(const sys::Fd& folder);

void unlock(const sys::Fd& folder);
Result<bool> is_guarded(const sys::Fd& folder);  // a look that changes nothing

// That its program may run from now on: without that on record it never did. It takes no room, as
// it is a bit of the mode of exit.reserved. A reboot needs no proof, so it is not made durable.
Result<> note_start(const sys::Fd& folder);
bool never_started(const sys::Fd& folder);

// exit.json, durable; one that is there stays. What has been removed needs none.
Result<> write_exit(const Container& container, spec::ExitRecord record);

// Nothing where it has not ended.
Result<std::optional<spec::ExitRecord>> read_exit(const sys::Fd& folder);
Result<> replace_launch(const Container& container);  // launch.json
Result<spec::LaunchRecord> read_launch(const sys::Fd& folder);
Result<std::optional<spec::LifeState>> read_status(const sys::Fd& folder);
Result<std::optional<spec::RawEnd>> read_raw(const sys::Fd& folder);

// As a record file is read: nothing where there is none.
Result<std::optional<std::string>> read_if_there(const sys::Fd& folder, const char* name);

}  // namespace shim
