// The folder of a container under --root: the lock on its id, and all that is known of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec/result.hpp"
#include "spec/state.hpp"
#include "sys/fd.hpp"

namespace runtime {

//   state.json   spec::State, replaced as a whole
//   config.json  what `create` read
//   start        the socket where init waits for `start`
//   notify       the folder of the socket that the program has for sd_notify(3)
//   owner        the word of --owner, where there was one
//   limits       while `update` is at it: those that were before
//   exit.json    spec::ExitRecord, once somebody has seen how it ended
inline constexpr const char* kStartSocket = "start";
inline constexpr const char* kNotifyFolder = "notify";
class StateDir {
public:
    // Takes the id; fails where it is taken. What was made goes again unless kept. `owner`: the
    // word that tells whose it is, or empty.
    static Result<StateDir> make(const std::string& root, const std::string& id,
                                 const std::string& owner);
    // Nothing where there is none, or where it is not the owner's.
    static Result<std::optional<StateDir>> find(const std::string& root, const std::string& id,
                                                const std::string& owner);

    StateDir(StateDir&&) = default;
    StateDir& operator=(StateDir&&) = default;
    ~StateDir();

    const std::string& id() const { return id_; }
    const sys::Fd& fd() const { return fd_; }
    Result<> save(const spec::State& state) const;
    Result<spec::State> load() const;
    // To an owner without a word all belongs; to one with a word also what was left before it said
    // anything.
    bool belongs_to(const std::string& owner) const;
    Result<> save_config(std::string_view text) const;
    Result<std::string> load_config() const;
    Result<> save_limits(std::string_view text) const;
    Result<std::string> load_limits() const;  // ENOENT: there are none
    Result<> forget_limits() const;
    Result<> save_exit(std::string_view text) const;  // one that is there stays
    Result<std::string> load_exit() const;            // ENOENT: there is none
    void keep() { made_ = false; }
    // Whoever makes or removes the container keeps the others from it, from make() on: false where
    // somebody else does. It ends with unlock(), or with the process.
    Result<bool> try_lock() const;
    void unlock() const;
    bool is_removed() const;
    // That it is as make() makes it, and holds nothing but what was said above: for what has no
    // record that could be read.
    Result<> check_is_ours() const;
    Result<> remove();  // state.json last, so that what is interrupted can be done again

private:
    StateDir(sys::Fd parent, std::string id, sys::Fd fd, bool made)
        : parent_(std::move(parent)), id_(std::move(id)), fd_(std::move(fd)), made_(made)
    {
    }

    sys::Fd parent_;
    std::string id_;
    sys::Fd fd_;
    bool made_;
};

// --root: anything but "/", however that is spelled.
Result<> check_root(const std::string& root);

// The ids that are taken, sorted.
Result<std::vector<std::string>> list_ids(const std::string& root);

}  // namespace runtime
