#include "runtime/net_devices.hpp"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <ranges>

#include "sys/file.hpp"

namespace runtime {

// Of an address's flags those that somebody has asked for.
static constexpr std::uint32_t kAskedFlags =
    IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
static constexpr int kNumbersMost = 1000;  // of names made by "%d"

std::vector<sys::NetAddress> lasting(const std::vector<sys::NetAddress>& addresses)
{
    std::vector<sys::NetAddress> kept;
    for (const auto& address : addresses) {
        if (!(address.flags & IFA_F_PERMANENT) || address.scope != RT_SCOPE_UNIVERSE)
            continue;
        kept.push_back(address);
        kept.back().flags &= kAskedFlags;
    }
    return kept;
}

std::vector<std::string> names_inside(const std::string& on_host, const spec::NetDevice& device)
{
    const std::string& name = device.name.empty() ? on_host : device.name;
    if (!name.ends_with("%d"))
        return {name};
    std::vector<std::string> names;
    for (int i = 0; i < kNumbersMost; ++i)
        names.push_back(format("{}{}", name.substr(0, name.size() - 2), i));
    return names;
}

static Result<> give_addresses(sys::NetDevices& devices, int index,
                               const std::vector<sys::NetAddress>& addresses)
{
    for (const auto& address : addresses)
        if (const auto added = devices.add(index, address); !added && added.error().code != EEXIST)
            return added;
    return {};
}

static Result<std::string> free_name(const std::string& on_host, const spec::NetDevice& device,
                                     sys::NetDevices& inside)
{
    const auto names = names_inside(on_host, device);
    for (const auto& name : names) {
        const auto found = inside.find(name);
        if (!found && found.error().code == ENODEV)
            return name;
        TRY_TO(found, "look for {} in the container", name);
    }
    return failed("the container has {}{} already", names.front(),
                  names.size() > 1 ? " to " + names.back() : "");
}

Result<> MovedDevices::move_one(const std::string& name, const spec::NetDevice& device,
                                sys::NetDevices& inside)
{
    sys::NetDevices here = TRY(sys::NetDevices::here());
    const auto found = TRY_TO(here.find(name), "find it on the host");
    const auto addresses = TRY_TO(here.addresses(found.index), "read its addresses");
    Moved moved = {.name = name,
                   .inside = TRY(free_name(name, device, inside)),
                   .up = found.up,
                   .addresses = lasting(addresses)};
    const auto went = here.move(found.index, there_, moved.inside);
    // Linux before 6.6 may have moved it, and then not renamed it.
    const bool gone = went || !here.find(name);
    if (gone)
        moved_.push_back({.name = name,
                          .inside = went ? moved.inside : name,
                          .up = moved.up,
                          .addresses = moved.addresses});
    TRY_TO(went, "move it to the container as {}", moved.inside);
    const auto there = TRY_TO(inside.find(moved.inside), "find it in the container");
    TRY_TO(give_addresses(inside, there.index, moved.addresses), "give it its addresses again");
    TRY_TO(inside.switch_on(there.index), "switch it on");
    return {};
}

Result<> MovedDevices::move(const spec::Map<spec::NetDevice>& devices, sys::Fd network_namespace)
{
    if (devices.empty())
        return {};
    there_ = std::move(network_namespace);
    home_ = TRY(sys::open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY));
    sys::NetDevices inside = TRY(sys::NetDevices::in(there_));
    for (const auto& [name, device] : devices)
        TRY_TO(move_one(name, device, inside), "config.json: /linux/netDevices/{}", name);
    return {};
}

Result<> MovedDevices::bring_back(const Moved& moved)
{
    sys::NetDevices inside = TRY(sys::NetDevices::in(there_));
    const auto there = TRY(inside.find(moved.inside));
    TRY(inside.move(there.index, home_, moved.name));
    sys::NetDevices here = TRY(sys::NetDevices::here());
    const auto found = TRY(here.find(moved.name));
    TRY(give_addresses(here, found.index, moved.addresses));
    return moved.up ? here.switch_on(found.index) : Result<>();
}

void MovedDevices::keep()
{
    moved_.clear();
    there_ = {};  // which would not end while it is open
    home_ = {};
}

MovedDevices::~MovedDevices()
{
    for (const auto& moved : moved_ | std::views::reverse)
        (void)bring_back(moved);
}

}  // namespace runtime
