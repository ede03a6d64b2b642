// What `create` and `run` have in common on the command line.
#pragma once

#include "runtime/verbs.hpp"

namespace runtime {

inline constexpr spec::Option kCreateOptions[] = {
    spec::option<&Options::bundle>("bundle", 'b', "DIR", "the bundle (default: this folder)"),
    spec::option<&Options::config>("config", 'f', "FILE", "in place of the bundle's config.json"),
    spec::option<&Options::pid_file>("pid-file", 0, "FILE", "the pid of the container goes there"),
    spec::option<&Options::console_socket>("console-socket", 0, "SOCKET",
                                           "who gets the terminal of the container"),
    spec::option<&Options::preserve_fds>("preserve-fds", 0, "N",
                                         "the container gets N descriptors more, from 3 on"),
    spec::option<&Options::no_new_keyring>("no-new-keyring", 0, "",
                                           "the container keeps our session keyring"),
    spec::option<&Options::no_subreaper>("no-subreaper", 0, "",
                                         "accepted: orphans are never adopted"),
    spec::option<&Options::no_pivot>("no-pivot", 0, "",
                                     "the root is moved over /, for an initramfs: less safe"),
    spec::option<&Options::timeout>("timeout", 0, "TIME",
                                    "for the making: where it takes longer all is undone"),
    spec::option<&Options::pidfd_socket>("pidfd-socket", 0, "SOCKET",
                                         "who gets the pidfd of its first process"),
};

// What is known and not carried out yet is refused by name.
Result<> check_create_options(const Options& options);

}  // namespace runtime
