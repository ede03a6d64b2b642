// Reads archives, by libarchive: what they hold, entry by entry. Nothing is written and no path is
// looked at; names, targets and numbers are as hostile as the archive is.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fetcher/limits.hpp"
#include "spec/result.hpp"

struct archive;
struct archive_entry;

namespace fetcher {

enum class Type : std::uint8_t { File, Folder, Symlink, HardLink, CharDevice, BlockDevice, Fifo };

struct Xattr {
    std::string name = {};
    std::string value = {};
};

struct Entry {
    std::string path = {};  // the bytes of the archive, whatever they mean
    Type type = Type::File;
    mode_t mode = 0;  // 07777
    std::int64_t uid = 0;
    std::int64_t gid = 0;
    timespec mtime = {};
    std::uint64_t size = 0;   // of a file, holes included
    std::string target = {};  // of a link
    unsigned int major = 0;   // of a device
    unsigned int minor = 0;
    std::vector<Xattr> xattrs = {};
};

class Archive {
public:
    // Has the C library load what it converts charsets with. Once it is in a root of somebody
    // else's, it would load that from there (moby CVE-2019-14271).
    static void prepare();

    // Tar as POSIX, GNU and their ancestors write it, uncompressed, from a descriptor that is the
    // caller's.
    static Result<Archive> open_tar(int fd, const Limits& limits);

    // Whatever kind of archive we know, told by its content: tar, as it is or in gzip, zstd, xz or
    // bzip2, and zip. `fd` is a file, and what comes out of it has its bounds (Limits::ratio).
    // Nothing: it is none.
    static Result<std::optional<Archive>> open_file(int fd, const Limits& limits);

    // The next entry; false: the archive has ended.
    Result<bool> next(Entry& entry);

    // The next piece of the file that next() told of: `offset` never goes back, and what lies
    // between two pieces is a hole. It is valid until the next call.
    struct Piece {
        std::uint64_t offset = 0;
        std::span<const std::byte> bytes = {};
    };
    Result<std::optional<Piece>> next_piece();

    // Reads what follows the end of the archive (padding, mostly) until the stream ends.
    Result<> drain();

private:
    struct Source;
    struct Free {
        void operator()(struct archive* it) const;
        void operator()(Source* it) const;
    };
    Archive() = default;
    Result<bool> open(int (*choose)(struct archive*));
    Result<> check_budget() const;
    Result<> read_xattrs(struct archive_entry* from, Entry& entry) const;

    Limits limits_ = {};
    std::uint64_t entries_ = 0;
    std::uint64_t data_most_ = UINT64_MAX;  // bytes that may come out,
    std::uint64_t data_ = 0;                // and those of files that did
    std::unique_ptr<Source, Free> source_ = {};
    std::unique_ptr<struct archive, Free> archive_ = {};
};

}  // namespace fetcher
