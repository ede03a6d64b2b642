#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/bundle.hpp"
#include "image/bundle_record.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/steps.hpp"

namespace image {

namespace {

struct Removal {
    const std::string& path;
    sys::Fd folder = {};
    BundleRecord record = {};
};

Result<> read_record(Removal& removal)
{
    const std::string name = format("{}/{}", removal.path, kBundleRecord);
    auto text = sys::read_file(removal.folder.get(), kBundleRecord, kBundleRecordMost);
    if (!text && text.error().code == ENOENT)
        return failed("{} is no bundle of an image: it has no {}", removal.path, kBundleRecord);
    const std::string read = TRY(std::move(text));
    removal.record = TRY(read_bundle_record(read, name));
    return {};
}

// Whatever was mounted there: EINVAL says that nothing is.
Result<> unmount_root(Removal& removal)
{
    const std::string root = format("/proc/self/fd/{}/rootfs", removal.folder.get());
    while (::umount2(root.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    }
    return errno == EINVAL || errno == ENOENT ? Result<>()
                                              : failed_sys("unmount {}/rootfs", removal.path);
}

Result<> remove_trees(Removal& removal)
{
    for (const char* name : {"rootfs", "work", "upper", "config.json"})
        TRY_TO(sys::remove_tree(removal.folder, name), "{}", removal.path);
    return {};
}

Result<> end_lease(Removal& removal)
{
    const Store store = TRY(Store::open(removal.record.store));
    return store.database().end_lease(removal.record.lease);
}

// What anybody else has put there stays, and the folder with it.
Result<> remove_folder(Removal& removal)
{
    if (::unlinkat(removal.folder.get(), kBundleRecord, 0) < 0)
        return failed_sys("remove {}/{}", removal.path, kBundleRecord);
    if (::rmdir(removal.path.c_str()) < 0 && errno != ENOTEMPTY && errno != EBUSY)
        return failed_sys("remove folder {}", removal.path);
    return {};
}

constexpr sys::Step<Removal> kRemove[] = {
    {"read record", read_record},    //
    {"unmount root", unmount_root},  // before anything below is removed
    {"remove trees", remove_trees},  //
    {"end lease", end_lease},        //
    {"remove folder", remove_folder},
};

}  // namespace

Result<> remove_bundle(const std::string& path)
{
    auto folder = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    if (!folder && folder.error().code == ENOENT)
        return {};
    Removal removal = {.path = path};
    removal.folder = TRY(std::move(folder));
    TRY(sys::lock(removal.folder, path));  // whoever makes it, or removes it, comes first
    const auto names = TRY(sys::names_in(removal.folder));
    if (names.empty())
        return ::rmdir(path.c_str()) == 0 || errno == ENOENT ? Result<>()
                                                             : failed_sys("remove folder {}", path);
    return sys::run_steps<Removal>(kRemove, removal);
}

}  // namespace image
