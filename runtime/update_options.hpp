// What `update` can be told by options: the limits as words of a command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spec/config_cgroup.hpp"
#include "spec/options.hpp"

namespace runtime {

struct Bytes {  // as spec::Size, or -1: no limit
    std::int64_t value = 0;
};
struct Number {  // decimal, or -1: no limit
    std::int64_t value = 0;
};
Result<> read_word(std::string_view word, Bytes& into);
Result<> read_word(std::string_view word, Number& into);

struct UpdateOptions {
    std::string resources = {};  // a file, or "-"
    std::optional<Bytes> memory = {};
    std::optional<Bytes> memory_reservation = {};
    std::optional<Bytes> memory_swap = {};
    std::optional<Bytes> kernel_memory = {};
    std::optional<Bytes> kernel_memory_tcp = {};
    std::optional<Number> cpu_period = {};
    std::optional<Number> cpu_quota = {};
    std::optional<Number> cpu_burst = {};
    std::optional<Number> cpu_share = {};
    std::optional<Number> cpu_idle = {};
    std::optional<Number> cpu_rt_period = {};
    std::optional<Number> cpu_rt_runtime = {};
    std::optional<Number> blkio_weight = {};
    std::optional<Number> pids_limit = {};
    std::string cpuset_cpus = {};
    std::string cpuset_mems = {};
    std::string l3_cache_schema = {};
    std::string mem_bw_schema = {};
};

// The limits that are asked for, by options or by the JSON that --resources names. An error where
// there are none, both, or what is not carried out.
Result<spec::Resources> read_asked(const UpdateOptions& options);

}  // namespace runtime
