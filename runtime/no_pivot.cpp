#include "runtime/no_pivot.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "sys/file.hpp"
#include "sys/mount.hpp"

namespace runtime {

static constexpr std::size_t kMountsMost = std::size_t{64} << 20;  // 100,000 mounts, and more
static constexpr std::size_t kPart = std::size_t{64} << 10;

static std::string_view next_word(std::string_view& text, char separator)
{
    const std::string_view word = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// Blanks and backslashes are written as "\040".
static std::string unescaped(std::string_view text)
{
    std::string plain;
    while (!text.empty()) {
        int code = 0;
        if (text[0] == '\\' && text.size() >= 4 &&
            std::from_chars(&text[1], &text[1] + 3, code, 8).ptr == &text[1] + 3) {
            plain += static_cast<char>(code);
            text.remove_prefix(4);
        } else {
            plain += text[0];
            text.remove_prefix(1);
        }
    }
    return plain;
}

Result<std::vector<MountLine>> parse_mounts(std::string_view text)
{
    std::vector<MountLine> mounts;
    while (!text.empty()) {
        std::string_view line = next_word(text, '\n');
        MountLine mount;
        for (auto* number : {&mount.id, &mount.parent}) {
            const std::string_view word = next_word(line, ' ');
            if (std::from_chars(word.begin(), word.end(), *number).ptr != word.end() ||
                word.empty())
                return failed("a line of mountinfo that begins with no numbers");
        }
        next_word(line, ' ');  // the device
        next_word(line, ' ');  // what of it is mounted
        mount.path = unescaped(next_word(line, ' '));
        if (!mount.path.starts_with('/'))
            return failed("a line of mountinfo without a path");
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

// To its end: the kernel gives it in parts that are as long as it likes.
static Result<std::vector<MountLine>> read_mounts(const sys::Fd& proc)
{
    const sys::Fd file = TRY(sys::open_at(proc.get(), "thread-self/mountinfo", O_RDONLY));
    std::string text;
    for (std::size_t have = 0; have <= kMountsMost;) {
        text.resize(have + kPart);
        const ssize_t n = ::read(file.get(), &text[have], kPart);
        if (n < 0)
            return failed_sys("read mountinfo");
        have += static_cast<std::size_t>(n);
        if (n == 0)
            return parse_mounts(std::string_view(text).substr(0, have));
    }
    return failed("mountinfo is larger than {} bytes", kMountsMost);
}

static Result<std::uint64_t> mount_id(int directory, const char* path, int flags)
{
    struct statx found = {};
    if (::statx(directory, path, flags, STATX_MNT_ID, &found) < 0)
        return failed_sys("look for the mount of {}", *path ? path : "the rootfs");
    return found.stx_mnt_id;
}

// One that a more privileged namespace has put there cannot be unmounted, but covered.
static Result<> let_go_of(const std::string& path)
{
    const char* const at = path.c_str();
    // Else what lies in it would be unmounted at the host, too.
    if (::mount(nullptr, at, nullptr, MS_SLAVE | MS_REC, nullptr) < 0)
        return errno == EACCES  // of no use to the mapped root of a user namespace either
                   ? Result<>()
                   : failed_sys("part from the host's {}", path);
    if (::umount2(at, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
        return {};
    if (errno != EINVAL && errno != EPERM)
        return failed_sys("unmount {}", path);
    constexpr unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (::mount("tmpfs", at, "tmpfs", flags, "size=0,nr_inodes=1") < 0 && errno != ENOTDIR)
        return failed_sys("cover {}", path);
    return {};
}

// The host's procfs and sysfs above all: they would show what is masked in the container's, and
// with them in sight the kernel would allow it another (mount_too_revealing()).
static Result<> let_go_of_all(std::uint64_t host_root, std::uint64_t root, const sys::Fd& proc)
{
    std::size_t before = SIZE_MAX;
    for (;;) {
        std::vector<MountLine> mounts = TRY(read_mounts(proc));
        std::erase_if(mounts, [&](const MountLine& mount) {
            return mount.parent != host_root || mount.id == root || mount.id == host_root;
        });
        if (mounts.size() >= before || mounts.empty())  // what is left is covered
            return {};
        before = mounts.size();
        for (const auto& mount : mounts)
            TRY(let_go_of(mount.path));
    }
}

Result<> move_root(const sys::Fd& root, unsigned long propagation, const sys::Fd& proc)
{
    const std::uint64_t host = TRY(mount_id(AT_FDCWD, "/", 0));
    const std::uint64_t own = TRY(mount_id(root.get(), "", AT_EMPTY_PATH));
    const auto mounts = TRY(read_mounts(proc));
    const auto found = std::ranges::find(mounts, own, &MountLine::id);
    if (found == mounts.end())
        return failed("the rootfs is nowhere in mountinfo");
    if (found->path != "/")  // it was attached where hooks look for it
        TRY(sys::attach_on_root(root));
    TRY(let_go_of_all(host, own, proc));
    if (::fchdir(root.get()) < 0 || ::chroot(".") < 0 || ::chdir("/") < 0)
        return failed_sys("change root to the rootfs");
    if (propagation && ::mount(nullptr, "/", nullptr, propagation, nullptr) < 0)
        return failed_sys("set the propagation of / to {:#x}", propagation);
    return {};
}

}  // namespace runtime
