#include "sys/random.hpp"

#include <sys/random.h>

namespace sys {

Result<std::string> random_name()
{
    unsigned char bytes[6];
    if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return failed_sys("make up a name");
    std::string name;
    for (const unsigned char byte : bytes)
        name += format("{:02x}", byte);
    return name;
}

Result<std::uint32_t> random_bits()
{
    std::uint32_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != sizeof bits)
        return failed_sys("ask for a random number");
    return bits;
}

}  // namespace sys
