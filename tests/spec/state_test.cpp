#include "spec/state.hpp"

#include <criterion/criterion.h>

static const spec::State kWeb = {
    .oci_version = "1.2.0",
    .id = "web",
    .status = spec::ContainerStatus::Created,
    .bundle = "/b",
    .rootfs = "/b/rootfs",
    .created = "2026-01-02T03:04:05.000000006Z",
    .init = {.pid = 7, .start_time = UINT64_MAX, .pidfd_inode = 1, .boot_id = "boot"},
    .without_cgroups = true,
    .cgroups = {"/sys/fs/cgroup/web"},
    .annotations = {{"a\"", "\n"}},
};

Test(state, what_was_written_is_read_again)
{
    const std::string text = spec::write_state(kWeb);
    const auto state = spec::read_state(text, "state.json");
    cr_assert(state, "%s", state ? "" : state.error().doing.c_str());
    cr_expect_eq(state->init.start_time, UINT64_MAX);
    cr_expect(state->without_cgroups);
    const std::string again = spec::write_state(*state);
    cr_expect_str_eq(again.c_str(), text.c_str());
}

Test(state, engines_see_the_status_of_now_and_no_pid_of_what_has_stopped)
{
    spec::JsonWriter json;
    spec::write_state(json, kWeb, spec::ContainerStatus::Stopped, "root");
    const std::string text = json.text();
    cr_expect_str_eq(text.c_str(), R"({"ociVersion":"1.3.0","id":"web","pid":0,"status":"stopped",)"
                                   R"("bundle":"/b","rootfs":"/b/rootfs",)"
                                   R"("created":"2026-01-02T03:04:05.000000006Z",)"
                                   R"("annotations":{"a\"":"\n"},"owner":"root"})");
}

Test(state, a_damaged_one_is_ours_and_a_whole_one_of_another_shape_is_not)
{
    const std::string text = spec::write_state(kWeb);
    cr_expect_not(spec::is_state_of_another(text));
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, text.size() / 2})
        cr_expect_not(spec::is_state_of_another(text.substr(0, length)));
    cr_expect_not(spec::is_state_of_another("[]"));
    cr_expect(spec::is_state_of_another("{}"));
    cr_expect(spec::is_state_of_another(R"({"id": "web", "init_process_pid": 7})"));
}
