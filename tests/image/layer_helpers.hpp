// A layer, unpacked for a test, and what is in its tree.
#pragma once

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <string>

#include "fetcher/digester.hpp"
#include "image/layer/open_ends.hpp"
#include "image/layer/writer.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "tests/image/tar.hpp"

namespace test {

inline std::span<const std::byte> bytes_of(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

inline spec::Digest digest_of(std::string_view text)
{
    auto digester = fetcher::Digester::make(spec::Hash::Sha256);
    cr_assert(digester && digester->add(bytes_of(text)));
    return *digester->finish();
}

inline image::LayerJob job_of(std::string_view blob, std::string_view tar)
{
    return {.blob = digest_of(blob), .size = blob.size(), .diff_id = digest_of(tar)};
}

class Layer {
public:
    explicit Layer(const Tar& tar) : Layer(tar.bytes(), tar.bytes()) {}
    Layer(const std::string& blob, const std::string& tar) : Layer(blob, job_of(blob, tar)) {}
    Layer(const std::string& blob, const image::LayerJob& job, std::size_t piece = 1 << 20)
    {
        ::signal(SIGPIPE, SIG_IGN);
        cr_assert(::mkdtemp(path_));
        folder = sys::Fd(::open(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        cr_assert(::mkdirat(folder.get(), "layer", 0700) == 0);
        cr_assert(sys::write_new_file(folder.get(), "sentinel", "here", 0644));
        const auto own = sys::open_at(folder.get(), "layer", O_RDONLY | O_DIRECTORY);
        unpack(blob, job, *own, piece);
        tree = sys::Fd(::openat(own->get(), "tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const auto json = sys::read_file(own->get(), "open.json", 1 << 20);
        has_open_json = json.has_value();
        if (has_open_json && !json->empty()) {
            const auto read = image::read_open_ends(*json, "open.json");
            cr_assert(read, "%s", read ? "" : read.error().message().c_str());
            ends = *read;
        }
        // Whatever the layer is, nothing beside its tree has been touched.
        const auto names = sys::names_in(folder);
        cr_expect(names && names->size() == 2);
        const auto sentinel = sys::read_file(folder.get(), "sentinel", 100);
        cr_expect(sentinel && *sentinel == "here");
    }

    bool ok() const
    {
        if (!done)
            cr_log_info("%s", done.error().message().c_str());
        return done.has_value();
    }
    bool fails_with(std::string_view words) const
    {
        if (!done && done.error().message().find(words) == std::string::npos)
            cr_log_info("%s", done.error().message().c_str());
        return !done && done.error().message().find(words) != std::string::npos;
    }

    bool has(const char* path) const { return status(path).st_mode != 0; }
    struct stat status(const char* path) const
    {
        struct stat found = {};
        if (::fstatat(tree.get(), path, &found, AT_SYMLINK_NOFOLLOW) < 0)
            return {};
        return found;
    }
    bool is_whiteout(const char* path) const
    {
        const auto found = status(path);
        return S_ISCHR(found.st_mode) && found.st_rdev == 0;
    }
    bool is_folder(const char* path) const { return S_ISDIR(status(path).st_mode); }
    unsigned int mode(const char* path) const { return status(path).st_mode & 07777; }
    std::string text(const char* path) const
    {
        const auto read = sys::read_file(tree.get(), path, 1 << 20);
        return read ? *read : "(" + read.error().message() + ")";
    }
    std::string target(const char* path) const
    {
        char to[4096] = {};
        return ::readlinkat(tree.get(), path, to, sizeof to - 1) < 0 ? "" : to;
    }
    std::string xattr(const char* path, const char* name) const
    {
        const sys::Fd fd(::openat(tree.get(), path, O_RDONLY | O_CLOEXEC));
        char value[100] = {};
        const auto size = ::fgetxattr(fd.get(), name, value, sizeof value);
        return size < 0 ? "" : std::string(value, static_cast<std::size_t>(size));
    }
    bool is_opaque(const char* path) const { return xattr(path, "user.overlay.opaque") == "y"; }

    sys::Fd folder, tree;
    Result<image::Unpacked> done = failed("nothing was done");
    bool has_open_json = false;
    image::OpenEnds ends = {};

private:
    void unpack(const std::string& blob, const image::LayerJob& job, const sys::Fd& into,
                std::size_t piece)
    {
        auto writer = image::LayerWriter::begin(job, into);
        cr_assert(writer, "%s", writer ? "" : writer.error().message().c_str());
        for (std::size_t at = 0; at < blob.size(); at += piece) {
            const auto fed =
                writer->feed(bytes_of(blob).subspan(at, std::min(piece, blob.size() - at)));
            if (!fed) {
                done = std::unexpected(fed.error());
                return;
            }
        }
        done = writer->finish();
    }

    char path_[32] = "/tmp/davit-layer.XXXXXX";
};

using Paths = std::vector<std::string>;

}  // namespace test
