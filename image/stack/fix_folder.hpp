// The folder of a fix while it is written: it lies on top of a stack and is part of what that
// shows.
#pragma once

#include <map>
#include <string>

#include "image/stack/attributes.hpp"
#include "image/stack/copy.hpp"
#include "image/stack/stack.hpp"

namespace image {

class FixFolder {
public:
    // `into` is the uppermost folder of `view`, of which `shown` are looked at.
    FixFolder(const Stack& view, Layers shown, const sys::Fd& into)
        : view_(view), shown_(shown), into_(into), copier_(into, Share::WherePossible)
    {
    }

    // All paths are where the entry lies, without symlinks. What is there already gives way;
    // folders on the way are made as the view shows them, or else as one that nothing describes.
    Result<> place(const std::string& path, const sys::Fd& from, const std::string& from_name,
                   unsigned char type);  // what is no folder
    Result<> whiteout(const std::string& path);
    Result<> folder(const std::string& path, const Attributes& attributes);
    Result<> opaque(const std::string& path);  // a folder that is there
    Result<> remove(const std::string& path);

    Result<bool> has(const std::string& path) const;
    bool empty() const { return folders_.empty(); }

    // Last: gives all folders their attributes, to which times belong.
    Result<> finish() const;

private:
    Result<sys::Fd> enter(const std::string& path);
    Result<sys::Fd> enter(const sys::Fd& parent, const std::string& path);
    Result<sys::Fd> make_way(const std::string& path);

    const Stack& view_;
    Layers shown_;
    const sys::Fd& into_;
    Copier copier_;
    std::map<std::string, Attributes> folders_ = {};  // that are there, each before those in it
};

}  // namespace image
