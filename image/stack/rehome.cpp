#include "image/stack/rehome.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>

#include "image/stack/layer_folder.hpp"

namespace image {

Result<bool> Layer::carries(const std::string& path) const
{
    const std::string inside = path + "/";
    if (const auto link = linked.lower_bound(inside);
        link != linked.end() && link->starts_with(inside))
        return true;
    std::vector<Name> names;
    {
        const sys::Fd open = TRY(open_within(folder(), path, O_RDONLY | O_DIRECTORY));
        names = TRY(typed_names_in(open));
    }
    for (const auto& [name, type] : names) {
        if (type == DT_WHT)
            continue;
        const std::string child = path_in(path, name);
        if (type != DT_DIR || !implicit.contains(child))
            return true;
        const bool found = TRY(carries(child));
        if (found)
            return true;
    }
    return false;
}

Result<> Rehoming::implicit_folder(const std::string& from, const std::string& path)
{
    auto found = TRY(layer_.view.lookup(path, Follow::No, layer_.shown));
    std::string where = path;
    if (found && found->is_symlink()) {
        where = TRY(layer_.view.destination(path, layer_.shown));
        found = TRY(layer_.view.lookup(where, Follow::No, layer_.shown));
    }
    if (found && found->is_folder())
        return contents(from, where);
    const bool makes_folders = TRY(layer_.carries(from));
    return makes_folders ? contents(from, where) : Result<>();
}

Result<> Rehoming::contents(const std::string& from, const std::string& path)
{
    std::vector<std::string> folders;
    {
        const sys::Fd open = TRY(open_within(layer_.folder(), from, O_RDONLY | O_DIRECTORY));
        const bool hides = TRY(is_opaque(open));
        if (hides)
            TRY(hide_lower(path));
        const auto names = TRY(typed_names_in(open));
        for (const auto& [name, type] : names) {
            if (type == DT_DIR)
                folders.push_back(name);
            else if (type == DT_WHT)
                TRY(whiteout(path_in(path, name)));
            else
                TRY(fix_.place(path_in(path, name), open, name, type));
        }
    }
    for (const auto& name : folders)
        TRY(folder(path_in(from, name), path_in(path, name)));
    return {};
}

Result<> Rehoming::folder(const std::string& from, const std::string& path)
{
    if (layer_.implicit.contains(from))
        return implicit_folder(from, path);
    const sys::Fd open = TRY(open_within(layer_.folder(), from, O_RDONLY | O_DIRECTORY));
    const Attributes attributes = TRY(attributes_of(open));
    TRY(fix_.folder(path, attributes));
    return contents(from, path);
}

// It hides only what lower layers have.
Result<> Rehoming::whiteout(const std::string& path)
{
    const auto found = TRY(layer_.view.lookup(path, Follow::No, layer_.shown));
    if (found && (found->layers.front() < layer_.index || as_below_.contains(path)))
        return fix_.whiteout(path);
    return hide_lower(path);
}

// The folder at `path`, if one is there, keeps only what this layer has in it.
Result<> Rehoming::hide_lower(const std::string& path)
{
    const auto found = TRY(layer_.view.lookup(path, Follow::No, layer_.shown));
    if (!found || found->layers.back() >= layer_.index)
        return {};
    const auto& layers = found->layers;
    const bool is_ours = std::find(layers.begin(), layers.end(), layer_.index) != layers.end();
    TRY(fix_.opaque(path));
    const std::string inside = path + "/";
    for (auto lower = as_below_.lower_bound(inside);
         lower != as_below_.end() && lower->starts_with(inside); ++lower)
        TRY(fix_.remove(*lower));
    return is_ours ? take_along(path) : Result<>();
}

// The layer's own entries in a folder that the fix has made opaque.
Result<> Rehoming::take_along(const std::string& path)
{
    std::vector<std::string> folders;
    {
        const sys::Fd open = TRY(open_within(layer_.folder(), path, O_RDONLY | O_DIRECTORY));
        const auto names = TRY(typed_names_in(open));
        for (const auto& [name, type] : names) {
            const std::string child = path_in(path, name);
            if (type == DT_DIR)
                folders.push_back(child);
            if (type == DT_DIR || type == DT_WHT)
                continue;
            const bool is_there = TRY(fix_.has(child));
            if (!is_there)
                TRY(fix_.place(child, open, name, type));
        }
    }
    for (const auto& child : folders) {
        const auto found = TRY(layer_.view.lookup(child, Follow::No, layer_.shown));
        if (found ? !found->is_folder() : as_below_.contains(child))
            continue;
        if (!found) {
            const sys::Fd open = TRY(open_within(layer_.folder(), child, O_RDONLY | O_DIRECTORY));
            const Attributes attributes = TRY(attributes_of(open));
            TRY(fix_.folder(child, attributes));
        }
        TRY(take_along(child));
    }
    return {};
}

}  // namespace image
