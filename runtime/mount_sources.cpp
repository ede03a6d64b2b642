#include "runtime/mount_sources.hpp"

#include <fcntl.h>

#include <algorithm>

namespace runtime {

namespace {

// Of mounts with the same maps one user namespace is enough; none of them outlives this.
class UserNamespaces {
public:
    Result<const sys::Fd*> with(const IdMapped& ids)
    {
        for (const auto& made : made_)
            if (made.ids.maps == ids.maps && made.ids.joined == ids.joined)
                return &made.fd;
        sys::Fd fd = TRY(open_id_maps(ids));
        return &made_.emplace_back(Made{.ids = ids, .fd = std::move(fd)}).fd;
    }

private:
    struct Made {
        const IdMapped& ids;
        sys::Fd fd;
    };
    std::vector<Made> made_ = {};
};

Result<> map_ids(const sys::Fd& tree, const MountOp& op, UserNamespaces& namespaces)
{
    const sys::Fd* maps = TRY(namespaces.with(*op.ids));
    const auto mapped = sys::map_ids(tree, *maps, op.ids->depth);
    if (!mapped && mapped.error().code == EINVAL)
        return failed("map the ids of {}: {} cannot have that in this kernel (EINVAL)",
                      op.what.source,
                      op.ids->depth == sys::Depth::Recursive ? "a file system there or below"
                                                             : "its file system");
    TRY_TO(mapped, "{}", op.what.source);
    return {};
}

Result<sys::Fd> open_source(const MountOp& op, unsigned long propagation,
                            UserNamespaces& namespaces)
{
    // The host's sysfs stands in where the kernel does not let a user namespace have its own.
    const bool sysfs = op.kind == MountKind::FileSystem && op.what.type == "sysfs";
    if (op.kind != MountKind::Bind && !sysfs)
        return sys::Fd();
    auto tree = sysfs ? sys::clone_mount(AT_FDCWD, "/sys", op.depth) : open_bound(op);
    if (!tree)
        return sysfs ? Result<sys::Fd>() : std::move(tree);
    if (op.ids)
        TRY(map_ids(*tree, op, namespaces));
    // As a copy made by init would be: a slave of the host's, unless "/" is to be shared.
    if (!(propagation & MS_SHARED))
        TRY(sys::set_attributes(*tree, {.propagation = MS_SLAVE}, sys::Depth::Recursive));
    return tree;
}

}  // namespace

Result<sys::Fd> open_bound(const MountOp& op)
{
    return sys::clone_mount(
        AT_FDCWD, op.what.source, op.depth,
        op.links.source || op.links.copied ? sys::Links::Kept : sys::Links::Followed);
}

Result<MountSources> open_sources(const std::vector<MountOp>& plan, unsigned long propagation,
                                  OpenedByParent which)
{
    MountSources sources(plan.size());
    UserNamespaces namespaces;
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (which == OpenedByParent::All || plan[i].ids)
            sources[i] = TRY_TO(open_source(plan[i], propagation, namespaces), "{}", plan[i].name);
    return sources;
}

}  // namespace runtime
