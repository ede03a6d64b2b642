// Network devices and their addresses, as the kernel tells and takes them: rtnetlink(7).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

struct NetAddress {
    std::uint8_t family = 0;  // AF_INET or AF_INET6; what follows is of that family, in its bytes
    std::uint8_t prefix = 0;  // bits
    std::uint8_t scope = 0;   // RT_SCOPE_*
    std::uint32_t flags = 0;  // IFA_F_*
    std::string local = {};
    std::string peer = {};       // the other end of a point-to-point link, else as `local`
    std::string broadcast = {};  // or empty
};

// Network devices of one network namespace: that in which the socket was made.
class NetDevices {
public:
    static Result<NetDevices> here();
    // For a caller with a single thread, who goes there and comes back.
    static Result<NetDevices> in(const Fd& network_namespace);

    struct Device {
        int index = 0;
        bool up = false;
    };
    Result<Device> find(const std::string& name);  // ENODEV
    Result<std::vector<NetAddress>> addresses(int index);
    Result<> switch_on(int index);
    Result<> add(int index, const NetAddress& address);  // EEXIST: it has it already
    // To another namespace, with that name there. It loses its addresses, is switched off, and may
    // get another index.
    Result<> move(int index, const Fd& network_namespace, const std::string& name);

private:
    explicit NetDevices(Fd socket) : socket_(std::move(socket)) {}
    using Reader = std::function<void(std::uint16_t type, std::string_view body)>;
    Result<> ask(std::string request, const Reader& reader);
    Result<bool> read_answers(const Reader& reader);

    Fd socket_;
    std::uint32_t sequence_ = 0;
    bool interrupted_ = false;  // what was told is not of one moment
};

}  // namespace sys
