// Programs of ours throw no exceptions. The C++ library's last words about one would bring its
// demangler, and much of its input and output, into every static program.

#include <cstdlib>
#include <exception>

namespace __gnu_cxx {

void __verbose_terminate_handler()
{
    std::abort();
}

}  // namespace __gnu_cxx
