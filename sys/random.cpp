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

}  // namespace sys
