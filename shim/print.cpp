#include "shim/print.hpp"

#include <unistd.h>

#include "sys/file.hpp"

namespace shim {

Result<> print(std::string_view text)
{
    TRY_TO(sys::write_all(STDOUT_FILENO, text), "standard output");
    return {};
}

}  // namespace shim
