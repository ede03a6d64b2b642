#include "runtime/selinux.hpp"

#include <criterion/criterion.h>

#include "runtime/mounts.hpp"

static const std::string kLabel = "system_u:object_r:container_file_t:s0:c1,c2";

Test(selinux, a_label_stands_in_quotes_beside_other_options)
{
    cr_expect(runtime::with_context("", kLabel) == "context=\"" + kLabel + "\"");
    cr_expect(runtime::with_context("size=1m,mode=700", kLabel) ==
              "size=1m,mode=700,context=\"" + kLabel + "\"");
    cr_expect(runtime::with_context("size=1m", "") == "size=1m");
    cr_expect(runtime::with_context("context=mine,size=1m", kLabel) == "context=mine,size=1m");
}

Test(selinux, what_is_no_label_is_told_from_what_this_host_cannot_have)
{
    cr_expect(runtime::check_selinux(""));
    for (const char* label : {"a\",size=1m", "a\nb"})
        cr_expect(runtime::check_selinux(label).error().doing.ends_with(" is no label"));
}

// As runc: not those whose files have labels of their own, and no bind, which would change the
// host's.
Test(selinux, file_systems_that_can_have_a_label_get_it)
{
    const auto mount = [](const char* type, std::vector<std::string> options = {}) {
        return spec::Mount{
            .destination = "/m", .type = type, .source = "/s", .options = std::move(options)};
    };
    auto plan = runtime::plan_mounts(
        {mount("tmpfs", {"size=1m"}), mount("devpts"), mount("proc"), mount("sysfs"),
         mount("mqueue"), mount("cgroup"), mount("bind"), mount("", {"remount", "ro"})},
        "/bundle", {});
    cr_assert(plan);
    runtime::label_mounts(*plan, kLabel);
    const std::string context = "context=\"" + kLabel + "\"";
    cr_expect(plan->at(0).what.data == "size=1m," + context);
    cr_expect(plan->at(1).what.data == context);
    for (const std::size_t i : {2, 3, 4, 5, 6, 7})
        cr_expect(plan->at(i).what.data.empty(), "%zu", i);
    // Once it is mounted: itself, or a tmpfs that holds the hierarchies.
    for (const std::size_t i : {0, 1, 2, 3, 6, 7})
        cr_expect(plan->at(i).label.empty(), "%zu", i);
    cr_expect(plan->at(4).label == kLabel && plan->at(5).label == kLabel);
}
