// Network devices of the host that become the container's (config-linux.md, "Network Devices").
#pragma once

#include <string>
#include <vector>

#include "spec/config_linux.hpp"
#include "spec/json_map.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"
#include "sys/netlink.hpp"

namespace runtime {

// What of a device's addresses goes with it: what somebody gave it for good and for the world.
std::vector<sys::NetAddress> lasting(const std::vector<sys::NetAddress>& addresses);

// The names to be tried for a device: its name inside, else its own; for "eth%d" eth0, eth1 ...,
// as the kernel would.
std::vector<std::string> names_inside(const std::string& on_host, const spec::NetDevice& device);

// Back on the host, as they were, unless kept: then they are the namespace's, and what becomes of
// them is up to the kernel, which sends home what is hardware and destroys what is not.
class MovedDevices {
public:
    MovedDevices() = default;
    MovedDevices(const MovedDevices&) = delete;
    ~MovedDevices();

    // Moves, renames, gives each its lasting addresses again and switches it on.
    Result<> move(const spec::Map<spec::NetDevice>& devices, sys::Fd network_namespace);
    void keep();

private:
    struct Moved {
        std::string name = {};  // on the host
        std::string inside = {};
        bool up = false;
        std::vector<sys::NetAddress> addresses = {};
    };
    Result<> move_one(const std::string& name, const spec::NetDevice& device,
                      sys::NetDevices& inside);
    Result<> bring_back(const Moved& moved);

    sys::Fd home_ = {};
    sys::Fd there_ = {};
    std::vector<Moved> moved_ = {};
};

}  // namespace runtime
