// Entries of a layer that lie in a folder which is a symlink below: they belong where it leads.
#pragma once

#include <set>
#include <string>

#include "image/layer/open_ends.hpp"
#include "image/stack/fix_folder.hpp"

namespace image {

// A layer within the view on it, those below, and its fix; and what is open about it.
struct Layer {
    const Stack& view;
    Layers shown;
    unsigned index;
    const OpenEnds& ends;
    std::set<std::string> implicit;  // those of `ends`,
    std::set<std::string> linked;    // and where its links are to be

    const sys::Fd& folder() const { return view.folder(index); }

    // Whether a folder of the layer is there for something: whiteouts and folders that nothing
    // describes make nothing.
    Result<bool> carries(const std::string& path) const;
};

class Rehoming {
public:
    // `as_below`: where the layer has a folder, and the fix shows again what is or is not below.
    Rehoming(const Layer& layer, const std::set<std::string>& as_below, FixFolder& fix)
        : layer_(layer), as_below_(as_below), fix_(fix)
    {
    }

    // Applies what the layer has at `from`, an implicit folder, to what the view shows at `path`;
    // that is a symlink, or what one leads to.
    Result<> implicit_folder(const std::string& from, const std::string& path);

private:
    Result<> contents(const std::string& from, const std::string& path);
    Result<> folder(const std::string& from, const std::string& path);
    Result<> whiteout(const std::string& path);
    Result<> hide_lower(const std::string& path);
    Result<> take_along(const std::string& path);

    const Layer& layer_;
    const std::set<std::string>& as_below_;
    FixFolder& fix_;
};

}  // namespace image
