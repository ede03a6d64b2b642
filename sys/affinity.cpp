#include "sys/affinity.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bitset>

namespace sys {

Result<> run_on(const spec::CpuList& cpus)
{
    std::bitset<spec::kCpuMost + 1> mask;  // in memory as the kernel has it
    if (cpus.empty())
        mask.set();
    for (const auto& [first, last] : cpus)
        for (unsigned cpu = first; cpu <= last; ++cpu)
            mask.set(cpu);
    if (::syscall(SYS_sched_setaffinity, 0, sizeof mask, &mask) < 0)
        return failed_sys("set the CPU affinity");
    return {};
}

}  // namespace sys
