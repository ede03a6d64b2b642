#include "image/mend.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "image/layer/open_ends.hpp"
#include "image/stack/fix.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace image {

namespace {

constexpr const char* kTree = "tree";

// The tree of an object of the store; nothing where it has none.
Result<sys::Fd> open_tree(const sys::Fd& place, const std::string& hex)
{
    auto tree =
        sys::open_at(place.get(), format("{}/{}", hex, kTree), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!tree && tree.error().code == ENOENT)
        return sys::Fd();
    return tree;
}

Result<OpenEnds> read_ends(const Store& store, const LayerPlan& layer)
{
    const std::string path = layer.diff_id.hex + "/open.json";
    auto text = sys::read_file(store.layers().get(), path, spec::kJsonMost);
    if (!text && text.error().code == ENOENT)
        return OpenEnds();
    const std::string read = TRY_TO(std::move(text), "{}/layers", store.path());
    return read_open_ends(read, path);
}

bool is_there(const Store& store, const std::string& hex)
{
    return ::faccessat(store.fixes().get(), hex.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

// A fix that turns out to be none is kept as a folder without a tree, and not sought again.
Result<> make_fix(const Store& store, Stack& stack, const OpenEnds& ends, const std::string& hex)
{
    WorkFolder work = TRY(WorkFolder::take(store.tmp(), "fix-" + hex));
    if (is_there(store, hex))
        return work.discard();
    TRY(sys::remove_tree(work.folder(), kTree));  // of a process that was killed
    if (::mkdirat(work.folder().get(), kTree, 0755) < 0)
        return failed_sys("make a folder for a fix");
    const sys::Fd tree =
        TRY(sys::open_at(work.folder().get(), kTree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const Fix fix = TRY(mend(stack, ends, tree));
    if (!fix.needed)
        TRY(sys::remove_tree(work.folder(), kTree));
    return work.publish(store.fixes(), hex);
}

Result<> push_mended(const Store& store, Stack& stack, const LayerPlan& layer)
{
    sys::Fd tree = TRY(open_tree(store.layers(), layer.diff_id.hex));
    if (!tree)
        return failed("it is not in the store {}", store.path());
    stack.push(std::move(tree));
    const OpenEnds ends = TRY(read_ends(store, layer));
    if (ends.empty())
        return {};
    const std::string& hex = layer.chain_id.hex;
    if (!is_there(store, hex))
        TRY(make_fix(store, stack, ends, hex));
    if (ends.opaque_root)
        stack.keep_uppermost(1);
    sys::Fd fix = TRY(open_tree(store.fixes(), hex));
    if (fix)
        stack.push(std::move(fix));
    return {};
}

}  // namespace

Result<Stack> mended_stack(const Store& store, const std::vector<LayerPlan>& layers)
{
    Stack stack;
    for (const auto& layer : layers)
        TRY_TO(push_mended(store, stack, layer), "layer {}", layer.diff_id.text());
    return stack;
}

}  // namespace image
