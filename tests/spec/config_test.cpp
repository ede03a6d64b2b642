#include "spec/config.hpp"

#include <criterion/criterion.h>

#include <cstdio>

#include "spec/json.hpp"

using namespace spec;

namespace {

std::string example(std::string_view name)
{
    const std::string path = "tests/spec/examples/" + std::string(name) + ".json";
    std::string text(kJsonMost, '\0');
    std::FILE* file = std::fopen(path.c_str(), "r");
    cr_assert(file, "%s", path.c_str());
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
}

Config good(std::string_view text)
{
    Result<Config> config = read_config(text, "config.json");
    cr_assert(config.has_value(), "%s", config ? "" : config.error().message().c_str());
    return *std::move(config);
}

std::string complaint(std::string_view text, std::span<const std::string_view> refused = {})
{
    const Result<Config> config = read_config(text, "config.json", refused);
    return config ? "is read" : config.error().message();
}

// A minimal config whose third line is `rest`, so that it begins at 3:1.
std::string with(std::string_view rest)
{
    return "{\"ociVersion\": \"1.3.0\",\n\"root\": {\"path\": \"rootfs\"},\n" + std::string(rest) +
           "}";
}

}  // namespace

Test(config, the_example_of_the_spec_is_read_whole)
{
    const Config config = good(example("good/spec-example"));
    cr_assert(config.oci_version == "0.5.0-dev" && config.root.path == "rootfs");
    cr_assert(config.root.readonly && config.hostname == "slartibartfast");
    cr_assert(config.domainname == "foobarbaz.test" && config.annotations.size() == 2);
    cr_assert(config.annotations.at("com.example.key2") == "value2");

    const Process& process = *config.process;
    cr_assert(process.terminal && !process.console_size && process.no_new_privileges);
    cr_assert(process.user.uid == 1 && process.user.additional_gids.at(1) == 6);
    cr_assert(process.args.at(0) == "sh" && process.env.at(1) == "TERM=xterm");
    cr_assert(process.capabilities->ambient.at(0) == "CAP_NET_BIND_SERVICE");
    cr_assert(process.rlimits.at(1).type == RlimitType::Nofile && process.rlimits[1].soft == 1024);
    cr_assert(process.apparmor_profile == "acme_secure_profile" && !process.oom_score_adj);

    cr_assert(config.mounts.size() == 7 && config.mounts[2].options.at(5) == "gid=5");
    cr_assert(config.hooks.prestart.size() == 2 && config.hooks.poststart.at(0).timeout == 5);
    cr_assert(!config.hooks.prestart[1].timeout);

    const Linux& linux = config.linux;
    cr_assert(linux.namespaces.size() == 8 && linux.namespaces[7].type == NamespaceType::Time);
    cr_assert(linux.uid_mappings.at(0).host_id == 1000 && linux.uid_mappings[0].size == 32000);
    cr_assert(linux.devices.at(1).type == DeviceType::Block && linux.devices[1].major == 8);
    cr_assert(linux.devices[0].file_mode == 0666u && linux.devices[0].uid == 0u);
    cr_assert(linux.time_offsets->boottime->secs == 604800);
    cr_assert(linux.rootfs_propagation == Propagation::Slave && linux.masked_paths.size() == 4);
    cr_assert(linux.sysctl.at("net.core.somaxconn") == "256" && !linux.intel_rdt);
    cr_assert(linux.seccomp->default_action == SeccompAction::Allow);
    cr_assert(linux.seccomp->architectures.at(1) == SeccompArch::X32);
    cr_assert(linux.seccomp->syscalls.at(0).names.at(1) == "chmod");

    const Resources& resources = *linux.resources;
    cr_assert(resources.memory->limit == 536870912 && resources.memory->kernel_tcp == -1);
    cr_assert(resources.memory->swappiness == 0u && resources.cpu->realtime_period == 1000000u);
    cr_assert(resources.cpu->mems == "0-7" && !resources.cpu->idle);
    cr_assert(resources.pids->limit == 32771 &&
              resources.network->priorities.at(1).priority == 1000);
    cr_assert(resources.hugepage_limits.at(0).limit == 9223372036854772000u);
    cr_assert(!resources.devices.at(0).major &&
              resources.devices.at(2).type == DeviceRuleType::Block);
    cr_assert(resources.block_io->weight_device.at(1).weight == 500 &&
              !resources.block_io->weight_device[1].leaf_weight);
    cr_assert(resources.block_io->throttle_write_iops_device.at(0).minor == 16);
}

Test(config, every_good_example_is_read_those_of_other_platforms_too)
{
    for (const char* name : {"freebsd-example", "freebsd-minimal", "minimal", "minimal-for-start",
                             "zos-example", "zos-minimal"})
        (void)good(example(std::string("good/") + name));
    const Config devices = good(example("good/linux-netdevice"));
    cr_assert(devices.linux.net_devices.at("eth0").name == "container_eth0");
    cr_assert(devices.linux.net_devices.size() == 3 &&
              devices.linux.net_devices.at("ens4").name.empty());
    const Config rdma = good(example("good/linux-rdma"));
    cr_assert(rdma.linux.resources->rdma.at("mlx5_1").hca_objects == 10000u);
    cr_assert(!rdma.linux.resources->rdma.at("mlx4_0").hca_handles);
}

Test(config, every_bad_example_is_refused_but_for_another_platforms)
{
    static const struct {
        const char* name;
        const char* sentence;
    } kCases[] = {
        {"invalid-json", "config.json:1:2: ] stands here, a key in quotes or \"}\" is needed"},
        {"linux-hugepage",
         "config.json:11:33: /linux/resources/hugepageLimits/0/pageSize: \"64kB\" is "
         "not a page size such as 64KB, 2MB or 1GB"},
        {"linux-netdevice",
         "config.json:9:25: /linux/netDevices/eth0/name: 23 is a number, a string is "
         "needed"},
        {"linux-rdma",
         "config.json:10:35: /linux/resources/rdma/mlx5_1/hcaHandles: \"not a uint32\" is "
         "a string, a number from 0 to 4294967295 is needed"},
        {"freebsd-vnet-disable", "is read"},  // bad in its freebsd section alone
    };
    for (const auto& [name, sentence] : kCases) {
        const std::string found = complaint(example(std::string("bad/") + name));
        cr_expect_str_eq(found.c_str(), sentence, "%s", found.c_str());
    }
}

Test(config, reads_what_the_example_does_not_show)
{
    const Config config = good(example("rest"));
    const Process& process = *config.process;
    cr_assert(process.console_size->width == 80 && process.user.uid == kIdMost);
    cr_assert(process.user.umask == 077u && process.oom_score_adj == -1000);
    cr_assert(process.scheduler->policy == SchedulerPolicy::Deadline &&
              process.scheduler->nice == -20);
    cr_assert(process.scheduler->flags.at(0) == SchedulerFlag::Reclaim);
    cr_assert(process.scheduler->period == UINT64_MAX && process.io_priority->priority == 7);
    cr_assert(process.exec_cpu_affinity->initial == "0-3, 7");
    cr_assert(config.mounts.at(0).destination == "tmp" &&
              config.mounts[0].gid_mappings.size() == 1);
    const Linux& linux = config.linux;
    cr_assert(linux.devices.at(0).type == DeviceType::Fifo &&
              linux.devices.at(1).minor == 1048575u);
    cr_assert(linux.namespaces.at(0).path == "/run/netns/a");
    cr_assert(linux.intel_rdt->clos_id == "/" && linux.intel_rdt->enable_monitoring);
    cr_assert(linux.memory_policy->mode == MemoryPolicyMode::Local);
    cr_assert(linux.personality->domain == PersonalityDomain::Linux32);
    cr_assert(linux.rootfs_propagation == Propagation::SlaveAll);
    cr_assert(linux.seccomp->default_errno_ret == 65535 && linux.seccomp->listener_metadata == "m");
    cr_assert(linux.seccomp->syscalls.at(0).args.at(0).value_two == UINT64_MAX);
    cr_assert(linux.resources->unified.at("io.max") == "a\nb" && linux.resources->cpu->idle == 1);
    cr_assert(linux.resources->pids->limit == 0 && linux.resources->devices.at(0).major == -1);
    cr_assert(linux.resources->memory->check_before_update && !linux.resources->memory->limit);
}

Test(config, what_is_not_carried_out_yet_is_refused_by_name)
{
    static constexpr std::string_view kRefused[] = {"/hooks/prestart/*", "/process/scheduler",
                                                    "/mounts/*/uidMappings"};
    const std::string scheduler =
        complaint(with("\"process\": {\n    \"scheduler\": {}}"), kRefused);
    cr_assert_str_eq(scheduler.c_str(),
                     "config.json:4:18: /process/scheduler: is not carried out yet");
    const std::string hook = complaint(example("good/spec-example"), kRefused);
    cr_assert_str_eq(hook.c_str(), "config.json:144:13: /hooks/prestart/0: is not carried out yet");
    const std::string none = complaint(
        with(R"("hooks": {"prestart": []}, "process": {"cwd": "/", "scheduler": null})"), kRefused);
    cr_assert_str_eq(none.c_str(), "is read");
}

Test(config, the_example_cut_short_anywhere_is_an_error)
{
    const std::string whole = example("good/spec-example");
    const std::size_t last = whole.rfind('}');
    for (std::size_t length = 0; length <= last; length++) {
        // A copy that ends where its memory does, for the address sanitizer.
        const std::string part = whole.substr(0, length);
        cr_assert(!read_config(part, "config.json").has_value(), "%zu", length);
    }
}

Test(config, no_single_wrong_byte_breaks_the_reader)
{
    const std::string whole = example("good/minimal-for-start");
    for (std::size_t i = 0; i < whole.size(); i++) {
        for (int byte = 0; byte < 256; byte++) {
            std::string text = whole;
            text[i] = static_cast<char>(byte);
            const Result<Config> config = read_config(text, "config.json");
            cr_assert(config || config.error().place.line > 0);
        }
    }
}
