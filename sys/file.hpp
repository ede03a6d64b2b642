// Files by path: opened close-on-exec, read with a limit, written whole.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// openat(2) with O_CLOEXEC; `directory` may be AT_FDCWD.
Result<Fd> open_at(int directory, const std::string& path, int flags, mode_t mode = 0);

// One that somebody else may have put there: a symlink, a device or a FIFO is refused without being
// opened, for that alone may do something. `flags` without O_CREAT.
Result<Fd> open_regular(int directory, const std::string& path, int flags);

// What an open file or folder is called now: absolute, without symlinks. `name` is for an error.
Result<std::string> path_of(const Fd& fd, const std::string& name);

// With the working folder in front, where it is relative. Nothing is looked up.
Result<std::string> absolute(const std::string& path);

// A file's text. Whatever is no regular file is refused without waiting for it (a FIFO has no end),
// and so is one of more than `most` bytes.
Result<std::string> read_file(int directory, const std::string& path, std::size_t most);

// The same of a file of /proc that the kernel writes as it is read: it tells no size, and where it
// fits the buffer one read has all of it.
Result<std::string> read_proc_file(int directory, const std::string& path, std::size_t most);

// All that standard input has, at most that much.
Result<std::string> read_input(std::size_t most);

// flock(2) for us alone; waits for whoever has it. `name` is for an error.
Result<> lock(const Fd& fd, const std::string& name);

Result<> write_all(int fd, std::string_view text);
Result<> print(std::string_view text);  // an answer, on standard output

// Makes a file that must not be there yet (EEXIST otherwise) and is either whole or absent.
Result<> write_new_file(int directory, const std::string& path, std::string_view text, mode_t mode);

// Puts a file in the place of what has this name, in one step that survives a crash: readers, and
// whoever comes after a power failure, see the old text or the new one.
Result<> replace_file(int directory, const std::string& path, std::string_view text, mode_t mode);

}  // namespace sys
