#include "runtime/update_options.hpp"

#include <charconv>

#include "spec/json.hpp"
#include "spec/size.hpp"
#include "sys/file.hpp"

namespace runtime {

Result<> read_word(std::string_view word, Bytes& into)
{
    spec::Size size;
    if (word != "-1")
        TRY(spec::read_word(word, size));
    into.value = word == "-1" ? -1 : static_cast<std::int64_t>(size.bytes);
    return {};
}

Result<> read_word(std::string_view word, Number& into)
{
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, into.value);
    if (error != std::errc() || stop != end || into.value < -1)
        return failed("\"{}\" is neither -1 nor a decimal number", word);
    return {};
}

namespace {

template <class To, class From>
bool take(To& to, const std::optional<From>& from)
{
    if (from)
        to = static_cast<typename To::value_type>(from->value);
    return from.has_value();
}

Result<> check_range(const std::optional<Number>& number, const char* name, std::int64_t least,
                     std::int64_t most)
{
    if (number && (number->value < least || number->value > most))
        return failed_with(Status::Usage, "--{}: {} is not between {} and {}", name, number->value,
                           least, most);
    return {};
}

Result<> check(const UpdateOptions& options)
{
    for (const auto& [name, value] : {std::pair("l3-cache-schema", &options.l3_cache_schema),
                                      std::pair("mem-bw-schema", &options.mem_bw_schema)})
        if (!value->empty())
            return failed("--{}: Intel RDT is not carried out yet", name);
    constexpr std::int64_t any = INT64_MAX;
    TRY(check_range(options.cpu_period, "cpu-period", 0, any));
    TRY(check_range(options.cpu_burst, "cpu-burst", 0, any));
    TRY(check_range(options.cpu_share, "cpu-share", 0, any));
    TRY(check_range(options.cpu_idle, "cpu-idle", 0, 1));
    TRY(check_range(options.cpu_rt_period, "cpu-rt-period", 0, any));
    return check_range(options.blkio_weight, "blkio-weight", 0, UINT16_MAX);
}

// Nothing where no option says anything.
std::optional<spec::Resources> by_options(const UpdateOptions& options)
{
    bool any = options.kernel_memory.has_value();
    spec::Memory memory;
    if (take(memory.limit, options.memory) | take(memory.reservation, options.memory_reservation) |
        take(memory.swap, options.memory_swap) | take(memory.kernel_tcp, options.kernel_memory_tcp))
        any = true;
    spec::Cpu cpu = {.cpus = options.cpuset_cpus, .mems = options.cpuset_mems};
    any |= !cpu.cpus.empty() || !cpu.mems.empty();
    if (take(cpu.period, options.cpu_period) | take(cpu.quota, options.cpu_quota) |
        take(cpu.burst, options.cpu_burst) | take(cpu.shares, options.cpu_share) |
        take(cpu.idle, options.cpu_idle) | take(cpu.realtime_period, options.cpu_rt_period) |
        take(cpu.realtime_runtime, options.cpu_rt_runtime))
        any = true;
    spec::Resources resources = {.memory = memory, .cpu = cpu};
    std::optional<std::int64_t> pids;
    any |= take(pids, options.pids_limit);
    if (pids)
        resources.pids = {.limit = *pids};
    spec::BlockIo io;
    any |= take(io.weight, options.blkio_weight);
    resources.block_io = io;
    return any ? std::optional(resources) : std::nullopt;
}

}  // namespace

Result<spec::Resources> read_asked(const UpdateOptions& options)
{
    TRY(check(options));
    const auto told = by_options(options);
    if (told && !options.resources.empty())
        return failed_with(Status::Usage, "limits are told by --resources or by options, not both");
    if (told)
        return *told;
    if (options.resources.empty())
        return failed_with(Status::Usage, "no limit is given");
    if (options.resources == "-") {
        const std::string text = TRY(sys::read_input(spec::kJsonMost));
        return spec::read_resources(text, "standard input");
    }
    const std::string text = TRY(sys::read_file(AT_FDCWD, options.resources, spec::kJsonMost));
    return spec::read_resources(text, options.resources);
}

}  // namespace runtime
