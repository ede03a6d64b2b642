#include "sys/netlink.hpp"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "sys/file.hpp"

namespace sys {

namespace {

// The kernel's messages of a dump are no larger (netlink_dump()).
constexpr std::size_t kAnswerMost = 32768;
constexpr int kDumps = 5;  // tries, where something changes meanwhile

// The kernel reads and writes these structs as they are in memory.
template <class T>
std::string_view bytes_of(const T& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}
template <class T>
bool take(std::string_view& bytes, T& value)
{
    if (bytes.size() < sizeof value)
        return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
}

void pad(std::string& text)
{
    text.resize((text.size() + 3) & ~std::size_t{3});
}

template <class Body>
std::string request(std::uint16_t type, std::uint16_t flags, const Body& body)
{
    const nlmsghdr header = {.nlmsg_len = 0,  // ask() fills it in, and the number
                             .nlmsg_type = type,
                             .nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST),
                             .nlmsg_seq = 0,
                             .nlmsg_pid = 0};
    std::string text(bytes_of(header));
    text += bytes_of(body);
    pad(text);
    return text;
}

void add_attribute(std::string& text, std::uint16_t type, std::string_view value)
{
    const rtattr header = {.rta_len = static_cast<std::uint16_t>(sizeof(rtattr) + value.size()),
                           .rta_type = type};
    text += bytes_of(header);
    text += value;
    pad(text);
}

void read_attributes(std::string_view bytes,
                     const std::function<void(std::uint16_t, std::string_view)>& reader)
{
    rtattr header = {};
    while (take(bytes, header)) {
        const std::size_t size =
            header.rta_len - std::min<std::size_t>(header.rta_len, sizeof header);
        if (size > bytes.size())
            return;
        reader(header.rta_type & NLA_TYPE_MASK, bytes.substr(0, size));
        bytes.remove_prefix(std::min((size + 3) & ~std::size_t{3}, bytes.size()));
    }
}

ifinfomsg device(int index)
{
    ifinfomsg message = {};
    message.ifi_family = AF_UNSPEC;
    message.ifi_index = index;
    return message;
}

// What the kernel says to a request: 0, or an errno and perhaps a sentence.
std::unexpected<Error> refusal(std::string_view body, int code, std::uint16_t flags)
{
    std::string words;
    if (flags & NLM_F_ACK_TLVS && body.size() > sizeof(nlmsghdr))
        read_attributes(body.substr(sizeof(nlmsghdr)), [&](auto type, auto value) {
            if (type == NLMSGERR_ATTR_MSG)
                words = value.substr(0, value.find('\0'));
        });
    errno = code;
    return words.empty() ? failed_sys("rtnetlink") : failed_sys("rtnetlink: {}", words);
}

}  // namespace

Result<NetDevices> NetDevices::here()
{
    Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket)
        return failed_sys("make an rtnetlink socket");
    // Sentences beside numbers, without our own words repeated.
    const int on = 1;
    (void)::setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    (void)::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    return NetDevices(std::move(socket));
}

Result<NetDevices> NetDevices::in(const Fd& network_namespace)
{
    const Fd home = TRY(open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY));
    if (::setns(network_namespace.get(), CLONE_NEWNET) < 0)
        return failed_sys("enter a network namespace");
    auto devices = here();
    if (::setns(home.get(), CLONE_NEWNET) < 0)
        return failed_sys("come back from a network namespace");
    return devices;
}

// Whether the answer goes on.
Result<bool> NetDevices::read_answers(const Reader& reader)
{
    std::string buffer(kAnswerMost, '\0');
    ssize_t size;
    while ((size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0)) < 0)
        if (errno != EINTR)
            return failed_sys("read from an rtnetlink socket");
    std::string_view rest(buffer.data(), static_cast<std::size_t>(size));
    nlmsghdr header = {};
    while (take(rest, header)) {
        const std::size_t length =
            header.nlmsg_len - std::min<std::size_t>(header.nlmsg_len, sizeof header);
        std::string_view body = rest.substr(0, length);
        rest.remove_prefix(std::min((length + 3) & ~std::size_t{3}, rest.size()));
        if (header.nlmsg_seq != sequence_)
            continue;
        interrupted_ = interrupted_ || header.nlmsg_flags & NLM_F_DUMP_INTR;
        if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_type == NLMSG_DONE) {
            int code = 0;
            return take(body, code) && code < 0
                       ? Result<bool>(refusal(body, -code, header.nlmsg_flags))
                       : false;
        }
        reader(header.nlmsg_type, body);
    }
    return true;
}

Result<> NetDevices::ask(std::string request, const Reader& reader)
{
    nlmsghdr header = {};
    std::memcpy(&header, request.data(), sizeof header);
    header.nlmsg_len = static_cast<std::uint32_t>(request.size());
    // The end of a dump is told anyway. (NLM_F_EXCL is a part of NLM_F_DUMP.)
    header.nlmsg_flags |= (header.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP ? 0 : NLM_F_ACK;
    header.nlmsg_seq = ++sequence_;
    interrupted_ = false;
    std::memcpy(request.data(), &header, sizeof header);
    if (::send(socket_.get(), request.data(), request.size(), 0) < 0)
        return failed_sys("write to an rtnetlink socket");
    for (bool more = true; more;)
        more = TRY(read_answers(reader));
    return {};
}

Result<NetDevices::Device> NetDevices::find(const std::string& name)
{
    std::string text = request(RTM_GETLINK, 0, device(0));
    add_attribute(text, IFLA_IFNAME, {name.c_str(), name.size() + 1});
    Device found;
    TRY(ask(std::move(text), [&](std::uint16_t type, std::string_view body) {
        ifinfomsg message = {};
        if (type == RTM_NEWLINK && take(body, message))
            found = {.index = message.ifi_index, .up = (message.ifi_flags & IFF_UP) != 0};
    }));
    return found;
}

Result<std::vector<NetAddress>> NetDevices::addresses(int index)
{
    std::vector<NetAddress> found;
    for (int i = 0; i < kDumps; ++i) {
        found.clear();
        TRY(ask(request(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg()), [&](auto type, auto body) {
            ifaddrmsg message = {};
            if (type != RTM_NEWADDR || !take(body, message) ||
                message.ifa_index != static_cast<unsigned>(index))
                return;
            NetAddress one = {.family = message.ifa_family,
                              .prefix = message.ifa_prefixlen,
                              .scope = message.ifa_scope,
                              .flags = message.ifa_flags};
            read_attributes(body, [&](std::uint16_t name, std::string_view value) {
                if (name == IFA_LOCAL)
                    one.local = value;
                else if (name == IFA_ADDRESS)
                    one.peer = value;
                else if (name == IFA_BROADCAST)
                    one.broadcast = value;
                else if (name == IFA_FLAGS && value.size() == sizeof one.flags)
                    std::memcpy(&one.flags, value.data(), sizeof one.flags);
            });
            if (one.local.empty())  // IPv6 says it only where it is not the peer
                one.local = one.peer;
            found.push_back(std::move(one));
        }));
        if (!interrupted_)
            break;
    }
    return found;
}

Result<> NetDevices::switch_on(int index)
{
    ifinfomsg message = device(index);
    message.ifi_change = message.ifi_flags = IFF_UP;
    return ask(request(RTM_NEWLINK, 0, message), [](auto, auto) {});
}

Result<> NetDevices::add(int index, const NetAddress& address)
{
    const ifaddrmsg message = {.ifa_family = address.family,
                               .ifa_prefixlen = address.prefix,
                               .ifa_flags = static_cast<std::uint8_t>(address.flags),
                               .ifa_scope = address.scope,
                               .ifa_index = static_cast<unsigned>(index)};
    std::string text = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, message);
    add_attribute(text, IFA_LOCAL, address.local);
    add_attribute(text, IFA_ADDRESS, address.peer);
    if (!address.broadcast.empty())
        add_attribute(text, IFA_BROADCAST, address.broadcast);
    add_attribute(text, IFA_FLAGS, bytes_of(address.flags));
    return ask(std::move(text), [](auto, auto) {});
}

Result<> NetDevices::move(int index, const Fd& network_namespace, const std::string& name)
{
    std::string text = request(RTM_NEWLINK, 0, device(index));
    const int number = network_namespace.get();
    add_attribute(text, IFLA_NET_NS_FD, bytes_of(number));
    add_attribute(text, IFLA_IFNAME, {name.c_str(), name.size() + 1});
    return ask(std::move(text), [](auto, auto) {});
}

}  // namespace sys
