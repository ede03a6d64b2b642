// Layers as tars, which the product's own writer makes folders of.
#pragma once

#include <sys/mman.h>

#include "image/layer/apply.hpp"
#include "tests/image/layer_chain.hpp"
#include "tests/image/tar.hpp"

namespace model {

inline test::Member member_of(const Item& item)
{
    test::Member member = {.name = item.path.empty() ? "." : item.path,
                           .mode = item.mode,
                           .uid = item.uid,
                           .gid = item.gid,
                           .pax = {{"mtime", std::to_string(item.modified)}}};
    if (!item.xattr.empty())
        member.pax.emplace_back("SCHILY.xattr.user.test", item.xattr);
    switch (item.kind) {
        case Kind::Folder:
            member.type = '5';
            break;
        case Kind::File:
            member.content = item.text;
            break;
        case Kind::Symlink:
            member.type = '2';
            member.link = item.text;
            break;
        case Kind::Link:
            member.type = '1';
            member.link = item.text;
            break;
        case Kind::Fifo:
            member.type = '6';
            break;
        case Kind::Device:
            member.type = '3';
            member.major = 1;
            member.minor = 3;
            break;
        case Kind::Whiteout:
            member.name = in(parent(item.path), ".wh." + last(item.path));
            break;
        case Kind::Opaque:
            member.name = in(item.path, ".wh..wh..opq");
            break;
    }
    return member;
}

inline Result<image::OpenEnds> write_from_tar(const sys::Fd& root, const Items& items)
{
    test::Tar tar;
    for (const auto& item : items)
        tar.add(member_of(item));
    const sys::Fd stream(::memfd_create("tar", MFD_CLOEXEC));
    cr_assert(sys::write_all(stream.get(), tar.bytes()));
    ::lseek(stream.get(), 0, SEEK_SET);
    ::umask(0);
    const std::string folder = format("/proc/self/fd/{}", root.get());
    image::Applied applied = TRY(
        image::apply_layer(stream.get(), sys::Fd(::open(folder.c_str(), O_PATH | O_CLOEXEC)), {}));
    return std::move(applied.ends);
}

}  // namespace model
