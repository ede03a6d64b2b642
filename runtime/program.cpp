#include "runtime/program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

namespace runtime {

static std::string_view name_of(std::string_view entry)
{
    return entry.substr(0, entry.find('='));
}

const char* variable(const std::vector<std::string>& environment, std::string_view name)
{
    const char* value = nullptr;
    for (const auto& entry : environment)
        if (name_of(entry) == name)
            value = entry.c_str() + name.size() + 1;
    return value;
}

std::vector<std::string> last_of_each(const std::vector<std::string>& environment)
{
    std::vector<std::string> kept;
    std::unordered_set<std::string_view> names;
    for (auto entry = environment.rbegin(); entry != environment.rend(); ++entry)
        if (names.insert(name_of(*entry)).second)
            kept.push_back(*entry);
    std::ranges::reverse(kept);
    return kept;
}

// 0, or the errno that execve would give.
static int executable(const std::string& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) < 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (!S_ISREG(status.st_mode))
        return EACCES;
    return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) < 0 ? errno : 0;
}

static std::unexpected<Error> not_executable(const std::string& name, int code)
{
    const bool absent = code == ENOENT || code == ENOTDIR;
    // A folder is no program: execve says EACCES, and engines tell 126 by "permission denied".
    const bool folder = code == EISDIR;
    return std::unexpected(
        Error{.doing = format("exec \"{}\"{}", name, folder ? ": is a directory" : ""),
              .code = folder ? EACCES : code,
              .status = absent ? Status::NotFound : Status::CannotExecute});
}

Result<std::string> find_program(const std::string& name, const char* path)
{
    if (name.find('/') != name.npos) {
        if (const int code = executable(name))
            return not_executable(name, code);
        return name;
    }
    int denied = 0;  // found, but not for us: better told than "not found"
    for (std::string_view rest = path && !name.empty() ? path : ""; !rest.empty();) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
        std::string candidate = format("{}/{}", folder.empty() ? "." : folder, name);
        const int code = executable(candidate);
        if (code == 0)
            return candidate;
        if (code != ENOENT && code != ENOTDIR)
            denied = code;
    }
    if (denied)
        return not_executable(name, denied);
    return failed_with(Status::NotFound, "exec \"{}\": executable file not found in $PATH", name);
}

static std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    for (const auto& word : words)
        pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

Result<> execute(const std::string& program, const std::vector<std::string>& args,
                 const std::vector<std::string>& environment)
{
    const auto argv = pointers(args);
    const auto envp = pointers(environment);
    ::execve(program.c_str(), argv.data(), envp.data());
    return not_executable(program, errno);
}

}  // namespace runtime
