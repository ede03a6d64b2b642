#include "runtime/cgroup/files.hpp"

#include "sys/file.hpp"

namespace runtime {

Result<std::string> read_cgroup_file(const std::string& path)
{
    const sys::Fd fd = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY));
    char text[4096];
    const ssize_t size = ::read(fd.get(), text, sizeof text);
    if (size < 0)
        return failed_sys("read {}", path);
    std::string_view read(text, static_cast<std::size_t>(size));
    while (read.ends_with('\n'))
        read.remove_suffix(1);
    return std::string(read);
}

Result<> write_cgroup_file(const std::string& path, std::string_view value)
{
    return CgroupWriter().write(path, value);
}

Result<> CgroupWriter::write(const std::string& path, std::string_view value)
{
    if (!fd_ || path != path_) {
        fd_ = TRY(sys::open_at(AT_FDCWD, path, O_WRONLY));
        path_ = path;
    }
    if (::write(fd_.get(), value.data(), value.size()) < 0)
        return failed_sys("write \"{}\" to {}", value, path);
    return {};
}

}  // namespace runtime
