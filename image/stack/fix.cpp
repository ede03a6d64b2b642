#include "image/stack/fix.hpp"

#include <dirent.h>
#include <fcntl.h>

#include "image/stack/layer_folder.hpp"
#include "image/stack/rehome.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

constexpr int kRoundsMost = 40;  // else a strange layer could have us look for hours

class Mending {
public:
    Mending(const Layer& layer, const sys::Fd& into)
        : layer_(layer), view_(layer.view), fix_(view_, layer.shown, into)
    {
    }

    Result<> run()
    {
        for (const auto& path : layer_.ends.implicit)
            TRY_TO(path.empty() ? settle_root() : settle(path), "mend /{}", path);
        Rehoming rehoming(layer_, settled_, fix_);
        for (const auto& path : symlinks_)
            TRY_TO(rehoming.implicit_folder(path, path), "bring /{} to where it belongs", path);
        TRY(make_links());
        return fix_.finish();
    }

    bool needed() const { return !fix_.empty(); }

private:
    Layers lower() const { return {.begin = 0, .end = layer_.index}; }

    // A folder that is there below keeps what it has, unless that is the same.
    Result<> keep_attributes(const std::string& path, const Entry& lower)
    {
        const sys::Fd old = TRY(view_.open(lower, O_RDONLY | O_DIRECTORY));
        const sys::Fd made = TRY(open_within(layer_.folder(), path, O_RDONLY | O_DIRECTORY));
        const Attributes before = TRY(attributes_of(old));
        const Attributes now = TRY(attributes_of(made));
        return before == now ? Result<>() : fix_.folder(path, before);
    }

    // An opaque root hides what is in it and keeps its own.
    Result<> settle_root()
    {
        if (layer_.index == 0)
            return {};
        const Entry root = TRY(view_.root(lower()));
        return keep_attributes("", root);
    }

    // What the layers below show at `path`: one of this layer's folders, and so are all above it.
    Result<std::optional<Entry>> lower_at(const std::string& path)
    {
        TRY(enter(parent_of(path)));
        Entry below = entered_.back();
        below.layers.erase(below.layers.begin());
        return view_.step(below, last_of(path));
    }

    // Goes to a folder of the layer from the one before, which mostly is near.
    Result<> enter(const std::string& path)
    {
        if (entered_.empty()) {
            Entry root = TRY(view_.root({.begin = layer_.shown.begin, .end = layer_.index + 1}));
            entered_.push_back(std::move(root));
        }
        while (!is_at_or_below(path, entered_.back().path))
            entered_.pop_back();
        while (entered_.back().path != path) {
            const std::string& at = entered_.back().path;
            const std::size_t begin = at.empty() ? 0 : at.size() + 1;
            const std::string name = path.substr(begin, path.find('/', begin) - begin);
            auto next = TRY(view_.step(entered_.back(), name));
            if (!next || !next->is_folder() || next->layers.front() != layer_.index)
                return failed("the layer has no folder {}", path);
            entered_.push_back(std::move(*next));
        }
        return {};
    }

    static bool is_at_or_below(const std::string& path, const std::string& folder)
    {
        return folder.empty() || path == folder || path.starts_with(folder + "/");
    }

    // One folder that nothing describes.
    Result<> settle(const std::string& path)
    {
        if (is_in_settled(path))
            return {};
        const auto lower = TRY(lower_at(path));
        if (lower && lower->is_folder())
            return keep_attributes(path, *lower);
        const bool is_symlink = lower && lower->is_symlink();
        const bool carries = TRY(layer_.carries(path));
        if (carries && !is_symlink)
            return {};
        settled_.insert(path);
        if (is_symlink)
            symlinks_.push_back(path);
        return lower ? place(path, *lower) : fix_.whiteout(path);
    }

    bool is_in_settled(const std::string& path) const
    {
        for (std::string above = parent_of(path); !above.empty(); above = parent_of(above))
            if (settled_.contains(above))
                return true;
        return false;
    }

    Result<> place(const std::string& path, const Entry& what)
    {
        const sys::Fd from =
            TRY(open_within(view_.folder(what.layers.front()), parent_of(what.path), O_PATH));
        const auto type = static_cast<unsigned char>(IFTODT(what.status.st_mode));
        return fix_.place(path, from, last_of(what.path), type);
    }

    // A target may be a link that comes later; there are not many of those in a row.
    Result<> make_links()
    {
        std::vector<OpenEnds::Link> left = layer_.ends.links;
        for (int rounds = 0; !left.empty(); ++rounds) {
            std::vector<OpenEnds::Link> later;
            for (const auto& link : left) {
                const bool made =
                    TRY_TO(make_link(link), "link /{} to /{}", link.path, link.target);
                if (!made)
                    later.push_back(link);
            }
            if (later.size() == left.size() || rounds == kRoundsMost)
                return failed("link /{} to /{}: neither this layer nor one below has that",
                              later[0].path, later[0].target);
            left = std::move(later);
        }
        return {};
    }

    Result<bool> make_link(const OpenEnds::Link& link)
    {
        auto target = TRY(view_.lookup(link.target, Follow::No, layer_.shown));
        // A layer renames a file by a link to it and a whiteout of it.
        if (!target)
            target = TRY(view_.lookup(link.target, Follow::No, lower()));
        if (!target)
            return false;
        if (target->is_folder())
            return failed("that is a folder");
        const std::string parent = TRY(view_.destination(parent_of(link.path), layer_.shown));
        const std::string path = path_in(parent, last_of(link.path));
        TRY(place(path, *target));
        return true;
    }

    const Layer& layer_;
    const Stack& view_;
    FixFolder fix_;
    std::vector<Entry> entered_ = {};         // of the layer and those below, from the root
    std::vector<std::string> symlinks_ = {};  // below: this layer's entries are to be re-homed
    std::set<std::string> settled_ = {};      // where the fix shows again what is below
};

std::set<std::string> paths_of(const std::vector<OpenEnds::Link>& links)
{
    std::set<std::string> paths;
    for (const auto& link : links)
        paths.insert(link.path);
    return paths;
}

}  // namespace

Result<Fix> mend(Stack& stack, const OpenEnds& ends, const sys::Fd& into)
{
    Fix fix = {.hides_all = ends.opaque_root};
    if (ends.implicit.empty() && ends.links.empty())
        return fix;
    const unsigned index = stack.size() - 1;
    sys::Fd on_top = TRY(sys::open_at(into.get(), ".", O_PATH | O_DIRECTORY));
    stack.push(std::move(on_top));
    const Layer layer = {.view = stack,
                         .shown = {.begin = ends.opaque_root ? index : 0, .end = index + 2},
                         .index = index,
                         .ends = ends,
                         .implicit = {ends.implicit.begin(), ends.implicit.end()},
                         .linked = paths_of(ends.links)};
    Mending mending(layer, into);
    auto mended = mending.run();
    stack.pop();
    TRY(std::move(mended));
    fix.needed = mending.needed();
    return fix;
}

}  // namespace image
