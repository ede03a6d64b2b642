// image unpack: the tree of an image, as plain files.

#include <fcntl.h>
#include <sys/stat.h>

#include "image/mend.hpp"
#include "image/places.hpp"
#include "image/pull.hpp"
#include "image/stack/flatten.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace image {

namespace {

Result<sys::Fd> open_empty(const std::string& path)
{
    if (::mkdir(path.c_str(), 0755) < 0 && errno != EEXIST)
        return failed_sys("make folder {}", path);
    sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    const auto names = TRY(sys::names_in(folder));
    if (!names.empty())
        return failed("{} is not empty", path);
    return folder;
}

Result<> run(Call& call)
{
    const Store store = TRY(open_store(call.options));
    const Kept kept = TRY(find_kept(call, store, call.arguments[0]));
    const Stack stack = TRY(mended_stack(store, plan_layers({}, kept.config.diff_ids)));
    const std::string& path = call.arguments[1];
    const sys::Fd folder = TRY(open_empty(path));
    auto done = flatten(stack, folder);
    if (done)
        return done;
    const auto names = TRY(sys::names_in(folder));
    for (const auto& name : names)
        TRY(sys::remove_tree(folder, name));
    return done;
}

}  // namespace

constinit const Verb kUnpack = {
    {.name = "unpack",
     .arguments = "IMAGE DIR",
     .summary = "writes the tree of an image that is in the store into DIR, which is new or empty",
     .options = {}},
    run,
};

}  // namespace image
