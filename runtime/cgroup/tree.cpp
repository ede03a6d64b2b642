#include "runtime/cgroup/tree.hpp"

#include <dirent.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "runtime/cgroup/files.hpp"
#include "sys/file.hpp"

namespace runtime {

static constexpr std::size_t kProcessesMost = 64 << 20;
// No kernel nests deeper by itself, but its limit is set by the administrator and has no bound.
static constexpr int kDepthMost = 1000;

static Result<> append_tree(const std::string& path, int depth, std::vector<std::string>& folders)
{
    if (depth > kDepthMost)
        return failed("control group {} is nested too deeply", path);
    struct Close {
        void operator()(DIR* folder) const { ::closedir(folder); }
    };
    const std::unique_ptr<DIR, Close> folder(::opendir(path.c_str()));
    if (!folder) {
        if (errno == ENOENT)
            return {};
        return failed_sys("open {}", path);
    }
    while (const dirent* entry = ::readdir(folder.get())) {
        const std::string name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..")
            TRY(append_tree(path + "/" + name, depth + 1, folders));
    }
    folders.push_back(path);
    return {};
}

Result<std::vector<std::string>> group_tree(const std::string& path)
{
    std::vector<std::string> folders;
    TRY(append_tree(path, 0, folders));
    return folders;
}

Result<std::vector<pid_t>> group_processes(const std::string& path)
{
    std::vector<pid_t> processes;
    const std::vector<std::string> folders = TRY(group_tree(path));
    for (const std::string& folder : folders) {
        const auto text = sys::read_file(AT_FDCWD, folder + "/cgroup.procs", kProcessesMost);
        // Gone meanwhile; or a threaded group of v2, whose processes its parents list.
        if (!text && (text.error().code == ENOENT || text.error().code == ENODEV ||
                      text.error().code == EOPNOTSUPP))
            continue;
        if (!text)
            return std::unexpected(text.error());
        const char* at = text->data();
        const char* const end = at + text->size();
        for (pid_t pid = 0; at < end; ++at) {
            const auto [next, error] = std::from_chars(at, end, pid);
            if (error != std::errc() || pid <= 0)
                return failed("{}/cgroup.procs names a process outside of our PID namespace",
                              folder);
            processes.push_back(pid);
            at = next;
        }
    }
    std::ranges::sort(processes);
    processes.erase(std::ranges::unique(processes).begin(), processes.end());
    return processes;
}

}  // namespace runtime
