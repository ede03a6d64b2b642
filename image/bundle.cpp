#include "image/bundle.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "image/bundle_record.hpp"
#include "image/mend.hpp"
#include "image/pull.hpp"
#include "image/stack/flatten.hpp"
#include "image/stack/overlay.hpp"
#include "spec/bundle.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/random.hpp"
#include "sys/root.hpp"
#include "sys/steps.hpp"

namespace image {

namespace {

Result<> find_image(Bundle& bundle)
{
    Call& call = bundle.call;
    const auto name = TRY(read_name(call, call.arguments[0]));
    bool brings = call.options.pull == spec::PullPolicy::Always;
    if (call.options.pull == spec::PullPolicy::Missing) {
        const auto kept = TRY(bundle.store.database().find_image(call.subject));
        brings = !kept;
    }
    if (brings)
        TRY(pull(bundle.store, name, call.options));
    bundle.image = TRY(find_kept(call, bundle.store, call.arguments[0]));
    return {};
}

Result<> make_folder(Bundle& bundle)
{
    if (::mkdir(bundle.path.c_str(), 0700) < 0 && errno != EEXIST)
        return failed_sys("make folder {}", bundle.path);
    sys::Fd folder = TRY(sys::open_at(AT_FDCWD, bundle.path, O_RDONLY | O_DIRECTORY));
    // One that was killed may be at it still, in its last system call.
    TRY(sys::lock(folder, bundle.path));
    const auto names = TRY(sys::names_in(folder));
    if (!names.empty())
        return failed("{} is not empty", bundle.path);
    bundle.folder = std::move(folder);
    return {};
}

// From here on whoever finds the folder can undo all that follows.
Result<> write_record(Bundle& bundle)
{
    const std::string unique = TRY(sys::random_name());
    bundle.lease = "bundle-" + unique;
    const BundleRecord record = {.store = bundle.store.path(),
                                 .lease = bundle.lease,
                                 .image = bundle.image.record.reference,
                                 .digest = bundle.image.record.digest};
    return sys::replace_file(bundle.folder.get(), kBundleRecord, write(record), 0600);
}

Result<> take_lease(Bundle& bundle)
{
    std::vector<std::string> objects;
    for (const auto& layer : plan_layers({}, bundle.image.config.diff_ids)) {
        objects.push_back(layer_object(layer.diff_id));
        objects.push_back(fix_object(layer.chain_id));
    }
    return bundle.store.database().add_lease({bundle.lease, bundle.path}, objects);
}

Result<> stack_layers(Bundle& bundle)
{
    bundle.stack = TRY(mended_stack(bundle.store, plan_layers({}, bundle.image.config.diff_ids)));
    return {};
}

Result<sys::Fd> make_below(const Bundle& bundle, const char* name)
{
    if (::mkdirat(bundle.folder.get(), name, 0755) < 0)
        return failed_sys("make folder {}/{}", bundle.path, name);
    return sys::open_at(bundle.folder.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

Result<> mount_root(const Bundle& bundle, const sys::Fd& root)
{
    const sys::Fd probe = TRY(make_below(bundle, "work"));
    TRY(try_overlay(probe));
    const sys::Fd folder = TRY(make_below(bundle, "upper"));
    TRY(dress_upper(bundle.stack, folder));
    const Upper upper = {.folder = folder, .work = probe};
    return mount_overlay(bundle.stack, &upper, root, bundle.path + "/rootfs");
}

Result<> make_root(Bundle& bundle)
{
    sys::Fd below = TRY(make_below(bundle, "rootfs"));
    const auto mounted = mount_root(bundle, below);
    if (!mounted) {
        bundle.call.notices.push_back(
            format("no overlay, so the layers are copied: {}", mounted.error().message()));
        TRY(flatten(bundle.stack, below));
    }
    bundle.root = TRY(sys::open_at(bundle.folder.get(), "rootfs", O_PATH | O_DIRECTORY));
    return {};
}

// A file of the image; "" where it has none. Nothing but a file is opened: there may be devices.
Result<std::string> read_in_root(const sys::Fd& root, const std::string& path)
{
    auto found = sys::open_in_root(root, path, O_PATH);
    if (!found && (found.error().code == ENOENT || found.error().code == ENOTDIR))
        return std::string();
    const sys::Fd file = TRY(std::move(found));
    struct stat facts = {};
    if (::fstat(file.get(), &facts) < 0)
        return failed_sys("look at it");
    if (!S_ISREG(facts.st_mode))
        return failed("it is no regular file");
    return sys::read_file(AT_FDCWD, format("/proc/self/fd/{}", file.get()), spec::kUserFileMost);
}

Result<> find_user(Bundle& bundle)
{
    const std::string passwd = TRY_TO(read_in_root(bundle.root, "etc/passwd"), "/etc/passwd");
    const std::string group = TRY_TO(read_in_root(bundle.root, "etc/group"), "/etc/group");
    bundle.user = TRY(
        spec::find_user(spec::user_of(bundle.image.config, bundle.call.options), passwd, group));
    return {};
}

spec::Environment own_environment()
{
    spec::Environment all;
    for (char** each = environ; *each; ++each)
        all.emplace_back(*each);
    return all;
}

Result<> write_config(Bundle& bundle)
{
    const Options& options = bundle.call.options;
    spec::BundleFacts facts = {.user = bundle.user,
                               .words = bundle.words,
                               .caller = own_environment(),
                               .name = options.name,
                               .terminal = options.terminal,
                               .has_resolv_conf = ::access("/etc/resolv.conf", F_OK) == 0,
                               .has_hosts = ::access("/etc/hosts", F_OK) == 0};
    if (facts.name.empty())
        facts.name = bundle.path.substr(bundle.path.find_last_of('/') + 1);
    for (const auto& file : options.env_files) {
        const std::string text = TRY(sys::read_file(AT_FDCWD, file, spec::kEnvironmentFileMost));
        auto words = TRY(spec::read_environment_file(text, file, facts.caller));
        std::ranges::move(words, std::back_inserter(facts.file_words));
    }
    const std::string text = TRY(spec::write_bundle_config(bundle.image.config, options, facts));
    return sys::replace_file(bundle.folder.get(), "config.json", text, 0600);
}

constexpr sys::Step<Bundle> kMake[] = {
    {"find image", find_image},     {"make folder", make_folder},
    {"write record", write_record}, {"take lease", take_lease},
    {"stack layers", stack_layers}, {"make root", make_root},  // from here on it is mounted
    {"find user", find_user},       {"write config", write_config},
};

}  // namespace

Result<> make_bundle(Bundle& bundle)
{
    auto made = sys::run_steps<Bundle>(kMake, bundle);
    if (!made && bundle.folder) {
        bundle.root = {};
        bundle.folder = {};  // and with it the lock
        if (const auto removed = remove_bundle(bundle.path); !removed)
            bundle.call.notices.push_back(removed.error().message());
    }
    return made;
}

}  // namespace image
