#include "image/stack/overlay.hpp"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <set>

#include "image/stack/attributes.hpp"
#include "image/stack/layer_folder.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/mount.hpp"

namespace image {

static constexpr unsigned kLayersMost = 500;  // OVL_MAX_STACK of the kernel

static std::string path_to(int fd)
{
    return format("/proc/self/fd/{}", fd);
}

// The folders to be mounted, uppermost first. Of a layer that is there twice, which the kernel
// refuses, the uppermost is enough: it says all that the lower one says.
static Result<std::vector<int>> folders_of(const Stack& stack)
{
    std::set<std::pair<dev_t, ino_t>> seen;
    std::vector<int> folders;
    for (unsigned layer = stack.size(); layer-- > 0;) {
        const int folder = stack.folder(layer).get();
        struct stat status = {};
        if (::fstat(folder, &status) < 0)
            return failed_sys("look at the folder of a layer");
        if (seen.emplace(status.st_dev, status.st_ino).second)
            folders.push_back(folder);
    }
    if (folders.size() > kLayersMost)
        return failed("{} layers, and an overlay takes no more than {}", folders.size(),
                      kLayersMost);
    return folders;
}

// A detached mount. Needs Linux 6.5: before, EINVAL.
static Result<sys::Fd> make_overlay(const std::vector<int>& folders, const Upper* upper)
{
    const sys::Fd file_system = TRY(sys::open_file_system("overlay"));
    TRY(sys::set_option(file_system, "source", "davit"));
    TRY(sys::set_option(file_system, "userxattr"));
    for (const int folder : folders)
        TRY(sys::set_option(file_system, "lowerdir+", path_to(folder)));
    if (upper) {
        TRY(sys::set_option(file_system, "upperdir", path_to(upper->folder.get())));
        TRY(sys::set_option(file_system, "workdir", path_to(upper->work.get())));
    }
    return sys::make_mount(file_system, upper ? 0U : MOUNT_ATTR_RDONLY);
}

// The options of a mount(2) have to fit in one page: they are told from a working folder where each
// descriptor has its number as its name.
static Result<> mount_by_text(const std::vector<int>& folders, const Upper* upper,
                              const sys::Fd& on, const std::string& name)
{
    std::string options = "userxattr";
    for (const int folder : folders)
        options += format("{}{}", folder == folders.front() ? ",lowerdir=" : ":", folder);
    if (upper)
        options += format(",upperdir={},workdir={}", upper->folder.get(), upper->work.get());
    const sys::Fd before = TRY(sys::open_at(AT_FDCWD, ".", O_PATH | O_DIRECTORY));
    if (::chdir("/proc/self/fd") < 0)
        return failed_sys("enter /proc/self/fd");
    const auto mounted = sys::mount({.type = "overlay",
                                     .source = "davit",
                                     .flags = upper ? 0UL : static_cast<unsigned long>(MS_RDONLY),
                                     .data = options},
                                    on, name);
    if (::fchdir(before.get()) < 0)
        return failed_sys("go back to the working folder");
    return mounted;
}

Result<> mount_overlay(const Stack& stack, const Upper* upper, const sys::Fd& on,
                       const std::string& name)
{
    const auto folders = TRY(folders_of(stack));
    auto mount = make_overlay(folders, upper);
    if (mount) {
        TRY(sys::attach(*mount, on, name));
    } else if (mount.error().code != EINVAL || !mount_by_text(folders, upper, on, name)) {
        return std::unexpected(std::move(mount).error());
    } else {
        const std::string path = TRY(sys::path_of(on, name));
        mount = TRY(sys::open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY));
    }
    return sys::set_attributes(*mount, {.propagation = MS_PRIVATE}, sys::Depth::One);
}

Result<> dress_upper(const Stack& stack, const sys::Fd& upper)
{
    const Entry root = TRY(stack.root());
    const sys::Fd shown = TRY(stack.open(root, O_RDONLY | O_DIRECTORY));
    const Attributes attributes = TRY(attributes_of(shown));
    return set_attributes(upper, attributes);
}

static Result<sys::Fd> make_folder(const sys::Fd& parent, const char* name)
{
    if (::mkdirat(parent.get(), name, 0700) < 0)
        return failed_sys("make folder {}", name);
    return sys::open_at(parent.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

// What a layer may have, and an overlay has to understand: `gone` is hidden by a whiteout, and
// `opaque/gone` by an opaque folder.
static Result<> make_layers(const sys::Fd& folder, Stack& stack)
{
    sys::Fd lower = TRY(make_folder(folder, "lower"));
    const sys::Fd hidden = TRY(make_folder(lower, "opaque"));
    TRY(make_folder(lower, "gone"));
    TRY(make_folder(hidden, "gone"));
    sys::Fd layer = TRY(make_folder(folder, "layer"));
    const sys::Fd opaque = TRY(make_folder(layer, "opaque"));
    if (::mknodat(layer.get(), "gone", S_IFCHR, 0) < 0)
        return failed_sys("make a whiteout (character device 0:0)");
    if (::fsetxattr(opaque.get(), kOpaque, "y", 1, 0) < 0)
        return failed_sys("set {}", kOpaque);
    stack.push(std::move(lower));
    stack.push(std::move(layer));
    return {};
}

static Result<> check_mounted(const sys::Fd& root)
{
    for (const char* hidden : {"gone", "opaque/gone"})
        if (::faccessat(root.get(), hidden, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return failed("an overlay shows /{}, which a layer has removed", hidden);
    if (::mkdirat(root.get(), "opaque/made", 0700) < 0)
        return failed_sys("make a folder in an overlay");
    return {};
}

static Result<> mount_and_look(const sys::Fd& folder)
{
    Stack stack;
    TRY(make_layers(folder, stack));
    const sys::Fd upper_folder = TRY(make_folder(folder, "upper"));
    const sys::Fd work = TRY(make_folder(folder, "work"));
    const Upper upper = {.folder = upper_folder, .work = work};
    const sys::Fd on = TRY(make_folder(folder, "on"));
    TRY(mount_overlay(stack, &upper, on, "on"));
    const sys::Fd root = TRY(sys::open_at(folder.get(), "on", O_PATH | O_DIRECTORY));
    const auto looked = check_mounted(root);
    if (::umount2(path_to(root.get()).c_str(), MNT_DETACH) < 0)
        return failed_sys("unmount an overlay");
    return looked;
}

Result<> try_overlay(const sys::Fd& folder)
{
    const auto tried = mount_and_look(folder);
    for (const char* name : {"lower", "layer", "upper", "work", "on"})
        TRY(sys::remove_tree(folder, name));
    TRY_TO(tried, "try an overlay");
    return {};
}

}  // namespace image
