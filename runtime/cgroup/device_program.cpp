// The program that answers for a v2 group whether a device may be used.

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/cgroup/devices.hpp"
#include "sys/fd.hpp"

namespace runtime {

static_assert(unsigned{kMakeNode} == BPF_DEVCG_ACC_MKNOD && unsigned{kRead} == BPF_DEVCG_ACC_READ &&
              unsigned{kWrite} == BPF_DEVCG_ACC_WRITE);

// What the registers hold.
enum : std::uint8_t {
    kAnswer = BPF_REG_0,
    kContext = BPF_REG_1,  // bpf_cgroup_dev_ctx: access << 16 | type, major, minor
    kType = BPF_REG_2,
    kWanted = BPF_REG_3,  // the access that no pattern has allowed yet
    kMajor = BPF_REG_4,
    kMinor = BPF_REG_5,
};

static bpf_insn instruction(unsigned code, std::uint8_t to, std::int32_t value,
                            std::int16_t skip = 0)
{
    bpf_insn made = {};
    made.code = static_cast<__u8>(code);
    made.dst_reg = to & 0xF;
    made.off = skip;
    made.imm = value;
    return made;
}

static bpf_insn load(std::uint8_t to, std::int16_t offset)
{
    bpf_insn made = instruction(BPF_LDX | BPF_MEM | BPF_W, to, 0, offset);
    made.src_reg = kContext;
    return made;
}

static void answer(std::vector<bpf_insn>& code, bool allow)
{
    code.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_K, kAnswer, allow));
    code.push_back(instruction(BPF_JMP | BPF_EXIT, 0, 0));
}

static void append(std::vector<bpf_insn>& code, const DevicePattern& pattern)
{
    constexpr unsigned skip_unless = BPF_JMP | BPF_JNE | BPF_K;
    const std::size_t begin = code.size();
    code.push_back(
        instruction(skip_unless, kType, pattern.block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
    if (pattern.major)
        code.push_back(instruction(skip_unless, kMajor, static_cast<std::int32_t>(*pattern.major)));
    if (pattern.minor)
        code.push_back(instruction(skip_unless, kMinor, static_cast<std::int32_t>(*pattern.minor)));
    const auto access = static_cast<std::int32_t>(pattern.access);
    if (pattern.allow) {
        code.push_back(instruction(BPF_ALU64 | BPF_AND | BPF_K, kWanted, ~access));
        code.push_back(instruction(skip_unless, kWanted, 0));
    } else {
        code.push_back(instruction(BPF_JMP | BPF_JSET | BPF_K, kWanted, access, 1));
        code.push_back(instruction(BPF_JMP | BPF_JA, 0, 0));
    }
    answer(code, pattern.allow);
    // Whatever skips goes to the end of the pattern; JSET alone has its distance already.
    for (std::size_t i = begin; i < code.size(); ++i)
        if (code[i].code == skip_unless || code[i].code == (BPF_JMP | BPF_JA))
            code[i].off = static_cast<__s16>(code.size() - i - 1);
}

std::vector<bpf_insn> device_program(const DevicePolicy& policy)
{
    std::vector<bpf_insn> code = {
        load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
        load(kWanted, offsetof(bpf_cgroup_dev_ctx, access_type)),
        load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
        load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
        instruction(BPF_ALU64 | BPF_AND | BPF_K, kType, 0xFFFF),
        instruction(BPF_ALU64 | BPF_RSH | BPF_K, kWanted, 16),
    };
    // The last pattern decides, so it is asked first.
    for (auto each = policy.patterns.rbegin(); each != policy.patterns.rend(); ++each)
        append(code, *each);
    answer(code, policy.allow);
    return code;
}

static int bpf(bpf_cmd command, bpf_attr& attributes)
{
    return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

static int load_program(const std::vector<bpf_insn>& program)
{
    bpf_attr attributes = {};
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insn_cnt = static_cast<__u32>(program.size());
    attributes.insns = reinterpret_cast<__u64>(program.data());
    attributes.license = reinterpret_cast<__u64>("Apache-2.0");
    return bpf(BPF_PROG_LOAD, attributes);
}

Result<> attach_device_program(int folder, const std::vector<bpf_insn>& program)
{
    sys::Fd loaded(load_program(program));
    rlimit before = {};
    if (!loaded && errno == EPERM && ::getrlimit(RLIMIT_MEMLOCK, &before) == 0) {
        // Before Linux 5.11 a program counts as locked memory, of which 64 KiB are usual. The
        // container is to get the limit that we got.
        const rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
        const bool raised = ::setrlimit(RLIMIT_MEMLOCK, &none) == 0;
        loaded = sys::Fd(load_program(program));
        const int error = errno;
        if (raised && ::setrlimit(RLIMIT_MEMLOCK, &before) < 0)
            return failed_sys("put back the limit of locked memory");
        errno = error;
    }
    if (!loaded)
        return failed_sys("load a device program of {} instructions", program.size());

    bpf_attr attributes = {};
    attributes.target_fd = static_cast<__u32>(folder);
    attributes.attach_bpf_fd = static_cast<__u32>(loaded.get());
    attributes.attach_type = BPF_CGROUP_DEVICE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    if (bpf(BPF_PROG_ATTACH, attributes) < 0)
        return failed_sys("attach the device program");
    return {};
}

}  // namespace runtime
