#include "shim/worker.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shim/worker_log.hpp"
#include "sys/file.hpp"

namespace shim {

Result<std::string> own_folder()
{
    const sys::Fd own = TRY(sys::open_at(AT_FDCWD, "/proc/self/exe", O_PATH));
    const std::string path = TRY(sys::path_of(own, "our own file"));
    return path.substr(0, path.find_last_of('/'));
}

Result<std::string> find_worker(std::string_view name)
{
    const std::string folder = TRY(own_folder());
    const std::string installed = format("{}/../libexec/davit/{}", folder, name);
    for (const auto& path : {installed, format("{}/{}", folder, name)})
        if (::access(path.c_str(), X_OK) == 0)
            return path;
    return failed("the program {} is missing: {}", name, installed);
}

Result<Worker> Worker::make(std::string_view name)
{
    Worker worker;
    worker.name_ = name;
    worker.path_ = TRY(find_worker(name));
    worker.log_ = sys::Fd(::memfd_create("log", MFD_CLOEXEC));
    return worker.log_ ? Result<Worker>(std::move(worker)) : failed_sys("make a log");
}

Result<sys::Process> Worker::begin(const std::vector<std::string>& words, sys::Stdio stdio) const
{
    std::vector<std::string> all = {path_, "--log",
                                    format("/proc/{}/fd/{}", ::getpid(), log_.get())};
    all.insert(all.end(), words.begin(), words.end());
    return sys::start_program(all, stdio);
}

Result<> Worker::result(int status) const
{
    const auto log =
        sys::read_file(AT_FDCWD, format("/proc/self/fd/{}", log_.get()), kWorkerLogMost);
    return result_of(name_, path_, status, log ? *log : "");
}

}  // namespace shim
