#include "fetcher/entry_path.hpp"

#include <climits>

namespace fetcher {

Result<std::string> clean_path(std::string_view path, const Limits& limits)
{
    std::string clean;
    std::size_t depth = 0;
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(name.size() + 1, path.size()));
        if (name.empty() || name == ".")
            continue;
        if (name == "..")
            return failed("its path has a component \"..\"");
        if (name.size() > NAME_MAX)
            return failed("a component of its path has {} bytes, the most is {}", name.size(),
                          NAME_MAX);
        if (++depth > limits.depth)
            return failed("its path has more than {} components", limits.depth);
        if (!clean.empty())
            clean += '/';
        clean += name;
    }
    if (clean.size() >= PATH_MAX)
        return failed("its path has {} bytes, the most is {}", clean.size(), PATH_MAX - 1);
    if (clean.find('\0') != clean.npos)
        return failed("its path has a NUL");
    return clean;
}

std::string_view parent_of(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path)
{
    return path.substr(path.rfind('/') + 1);
}

}  // namespace fetcher
