#include "fetcher/unpack.hpp"

#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

#include "fetcher/archive.hpp"
#include "fetcher/confine.hpp"
#include "fetcher/entry_path.hpp"
#include "fetcher/tree.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace fetcher {

namespace {

using namespace std::literals;

constexpr std::string_view kNone = "none";  // the child's answer

struct Magic {
    std::size_t at = 0;
    std::string_view bytes = {};
};
constexpr Magic kMagics[] = {
    {0, "\x1f\x8b"sv},          // gzip
    {0, "\x28\xb5\x2f\xfd"sv},  // zstd
    {0, "\xfd\x37zXZ\0"sv},     // xz
    {0, "BZh"sv},               // bzip2
    {0, "PK\x03\x04"sv},        // zip
    {0, "PK\x05\x06"sv},        // zip without entries
    {257, "ustar"sv},           // tar
};
constexpr std::size_t kStart = 512;

struct Job {
    Owner owner = {};
    Limits limits = {};
    locale_t locale = {};  // or none
};

using Locale = std::unique_ptr<std::remove_pointer_t<locale_t>, decltype(&::freelocale)>;

Result<std::string> start_of(const sys::Fd& file, std::size_t most)
{
    std::string start(most, '\0');
    const ssize_t n = ::pread(file.get(), start.data(), start.size(), 0);
    if (n < 0)
        return failed_sys("read it");
    start.resize(static_cast<std::size_t>(n));
    return start;
}

bool is_wanted(const Entry& entry)
{
    return entry.type == Type::File || entry.type == Type::Folder || entry.type == Type::Symlink ||
           entry.type == Type::HardLink;
}

Result<> take(Entry& entry, Archive& archive, Tree& tree, const Job& job)
{
    const std::string path = TRY(clean_path(entry.path, job.limits));
    if (path.empty() && entry.type == Type::Folder)
        return {};
    entry.uid = job.owner.uid;
    entry.gid = job.owner.gid;
    entry.mode &= 0777;
    entry.xattrs.clear();
    return tree.add(path, entry, archive);
}

Result<> finish(Tree& tree, const Owner& owner)
{
    TRY(tree.finish_links());
    for (const auto& [path, target] : tree.links())
        return failed("entry {}: it is a hard link to {}, which is not in the archive",
                      spec::quoted(path), spec::quoted(target));
    for (auto& [path, folder] : tree.folders())
        if (!folder.described)
            folder.mtime.tv_nsec = UTIME_NOW;
    return tree.finish_folders(
        [&](const sys::Fd& folder, const std::string& path, const Tree::Folder&) -> Result<> {
            // Those that no entry describes are root's until now.
            if (::fchown(folder.get(), owner.uid, owner.gid) < 0)
                return failed_sys("give /{} to {}:{}", path, owner.uid, owner.gid);
            return {};
        });
}

// What the child does. Its answer: the number of entries that were left out, or kNone.
Result<std::string> unpack_here(void* argument)
{
    const auto& job = *static_cast<const Job*>(argument);
    sys::Fd root = TRY(sys::open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
    if (job.locale)
        ::uselocale(job.locale);
    auto opened = TRY(Archive::open_file(STDIN_FILENO, job.limits));
    if (!opened)
        return std::string(kNone);
    Archive& archive = *opened;
    Tree tree(std::move(root), job.limits);
    std::uint64_t left_out = 0;
    Entry entry;
    for (std::uint64_t number = 1;; ++number) {
        const bool more = TRY_TO(archive.next(entry), "entry {}", number);
        if (!more)
            break;
        if (is_wanted(entry))
            TRY_TO(take(entry, archive, tree, job), "entry {}", spec::quoted(entry.path));
        else
            ++left_out;
    }
    TRY(finish(tree, job.owner));
    return format("{}", left_out);
}

}  // namespace

Result<bool> looks_like_archive(const sys::Fd& file)
{
    const std::string text = TRY(start_of(file, kStart));
    return std::ranges::any_of(kMagics, [&](const Magic& magic) {
        return std::string_view(text)
            .substr(std::min(magic.at, text.size()))
            .starts_with(magic.bytes);
    });
}

Result<Unpacked> unpack(const sys::Fd& file, const sys::Fd& into, const Owner& owner,
                        const Limits& limits)
{
    Archive::prepare();
    const std::string start = TRY(start_of(file, 2));
    // libarchive has names of a zip in the locale's charset or not at all; those of a tar it would
    // then bring into normal form C.
    const Locale utf8(start == "PK" ? ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr) : nullptr,
                      ::freelocale);
    Job job = {.owner = owner, .limits = limits, .locale = utf8.get()};
    auto started = Confined::start({.input = file.get(),
                                    .folder = into.get(),
                                    .file_most = limits.file,
                                    .memory_most = limits.memory},
                                   unpack_here, &job);
    if (!started && started.error().code == EPERM)
        started.error().hint =
            "what is to be extracted is parsed by a process that only root can "
            "confine";
    Confined child = TRY(std::move(started));
    const std::string answer = TRY(child.finish());
    if (answer == kNone)
        return Unpacked{.is_archive = false};
    Unpacked unpacked;
    std::from_chars(answer.data(), answer.data() + answer.size(), unpacked.left_out);
    return unpacked;
}

}  // namespace fetcher
