// The groups of one container, one in each hierarchy: made, limited, entered, killed, removed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/cgroup/devices.hpp"
#include "runtime/cgroup/files.hpp"
#include "runtime/cgroup/knobs.hpp"
#include "runtime/cgroup/layout.hpp"
#include "runtime/cgroup/tree.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// The folders outlive this object; it owns only the descriptors that open_entrances() opens.
class Groups {
public:
    // Where a new container's are to be. Nothing is made yet: record paths() first.
    static Result<Groups> plan(const Layout& layout, std::string_view cgroups_path,
                               std::string_view id);
    // Those that a record names. A path that is below no hierarchy is refused: it would be removed.
    static Result<Groups> find(const Layout& layout, const std::vector<std::string>& paths);

    std::vector<std::string> paths() const;

    // Makes the folders and those above them, with the CPUs (v1) and controllers (v2) of their
    // parents. A group that is there already is taken, as engines make some beforehand, unless it
    // holds processes or is frozen. On failure, what this call has made is gone again.
    Result<> make();

    // A limit that cannot be set is an error that names file and property.
    Result<> apply(const KnobWrites& writes) const;
    // What these writes would change, as it is now: the file that each is for, and what to write
    // there to have it as before. Files that are not there are left out.
    Result<std::vector<KnobState>> read_back(const KnobWrites& writes) const;
    // Has all of it as before. The error names what could not be put back.
    Result<> restore(const std::vector<KnobState>& before) const;

    // A file of the group that has the controller.
    Result<std::string> read(std::string_view controller, const std::string& file) const;
    // The group that has a controller, and that of v2, whatever it has; null where there is none.
    const Group* with(std::string_view controller) const;
    const Group* v2() const;

    // The config's device rules; an error where it restricts and this host cannot. Whoever is in a
    // user namespace itself cannot set them at all and leaves this out, as runc does.
    Result<> apply(const DevicePolicy& policy) const;

    // What is to join the container is to be in groups below these, which must be there. A word is
    // PATH, or on v1 CONTROLLERS:PATH. PATH alone counts in all v1 hierarchies, and in a v2 one
    // beside them where that has it.
    Result<> go_below(const std::vector<std::string>& words);
    // A v2 group whose processes stand in groups below it may take none itself: then what joins
    // goes where init is, which has this /proc/PID/cgroup.
    Result<> follow(std::string_view proc_cgroup);

    // config-linux.md, "Cgroup ownership": the v2 group and those of its files that the kernel says
    // are for that become this user's, so that he can divide what the group has. Of v1, which is
    // not safe to give away, nothing does.
    Result<> delegate_to(uid_t uid) const;

    // Opens what enter() and v2_folder() use: a child in a user namespace of its own could not.
    Result<> open_entrances();
    void close_entrances();
    // Moves the calling process, which must have a single thread, into the v1 groups. Into the v2
    // group it is born: moving there (cgroup.procs) waits for a grace period of 10 ms.
    Result<> enter() const;
    int v2_folder() const { return v2_folder_.get(); }  // for CLONE_INTO_CGROUP, or -1
    std::vector<int> entrances() const;                 // the descriptors that enter() needs

    // In the groups and in those below, each once, in no order.
    Result<std::vector<pid_t>> processes() const;

    // Whether they are to stand still: ours, or a group above them.
    Result<bool> frozen() const;
    // Returns when all processes stand still. Where one does not within ten seconds, as in an
    // uninterruptible sleep, all go on and the error names it.
    Result<> freeze() const;
    // Whoever froze them; groups below that somebody in the container has frozen stay so. An error
    // where a group above keeps them frozen.
    Result<> thaw() const;
    // The groups below as well, for processes that are to die.
    Result<> thaw_all() const;

    // A signal to all of them, each once; those that are forked meanwhile, too.
    Result<> signal_all(int signal) const;

    // SIGKILL to all of them, whatever they fork meanwhile and even if frozen. Where there is a v2
    // group the kernel does it and this returns at once; else it returns when none is left, or
    // with an error after ten seconds.
    Result<> kill_all() const;

    // Removes the groups if nothing is in them and nobody has to be waited for.
    bool remove_if_empty() const;
    // Removes the groups and those below them; waits up to ten seconds for processes that are
    // about to be gone. Groups that are not there are no error. The folders above stay, as with
    // all peers: they may be another container's by now.
    Result<> remove() const;

private:
    const Group* freezer() const;
    const Group* group_of(const KnobWrite& knob) const;
    Result<> write(const KnobWrite& knob, CgroupWriter& writer) const;

    std::vector<Group> groups_;
    std::vector<sys::Fd> entrances_;
    sys::Fd v2_folder_;
};

}  // namespace runtime
