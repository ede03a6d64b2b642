// Huge pages: v1 and v2 differ only in the end of the file's name.

#include "runtime/cgroup/knobs.hpp"

namespace runtime {

// "2MB": it becomes a part of a file's name.
static bool page_size(std::string_view text)
{
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(digits);
    return digits > 0 && (unit == "KB" || unit == "MB" || unit == "GB");
}

static Result<> hugepages(const spec::Resources& resources, const char* file, KnobWrites& writes)
{
    for (std::size_t i = 0; i < resources.hugepage_limits.size(); ++i) {
        const spec::HugepageLimit& each = resources.hugepage_limits[i];
        const std::string property = format("/linux/resources/hugepageLimits/{}", i);
        if (!page_size(each.page_size))
            return failed_at(property + "/pageSize", "\"{}\" is no size such as 2MB",
                             each.page_size);
        // Pages that are reserved count too (Linux 5.7), or a process gets SIGBUS where it would
        // have got ENOMEM.
        for (const char* kind : {"", ".rsvd"})
            writes.push_back({.controller = "hugetlb",
                              .file = format("hugetlb.{}{}.{}", each.page_size, kind, file),
                              .value = std::to_string(each.limit),
                              .property = property,
                              .must = *kind == '\0' ? Must::Succeed : Must::IfThere});
    }
    return {};
}

Result<> hugepages_v1(const spec::Resources& resources, KnobWrites& writes)
{
    return hugepages(resources, "limit_in_bytes", writes);
}

Result<> hugepages_v2(const spec::Resources& resources, KnobWrites& writes)
{
    return hugepages(resources, "max", writes);
}

}  // namespace runtime
