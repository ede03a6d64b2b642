#include "shim/prepare.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "shim/bundle_config.hpp"
#include "shim/record.hpp"
#include "shim/worker.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

// Of an image, and not done by a shim before us.
bool is_needed(const Container& container)
{
    return !container.launch.image.empty() && container.phase == Phase::Nothing;
}

// Progress goes to whoever waits for the container.
sys::Stdio stdio(const Container& container)
{
    const bool foreground = container.launch.foreground;
    return {.err = foreground ? STDERR_FILENO : container.progress.get()};
}

std::vector<std::string> words_of(const Container& container)
{
    const auto& order = container.order;
    std::vector<std::string> words = {
        "--store",
        container.places.store(),
        "bundle",
        format("--pull={}", spec::word(order.pull)),
        format("--name={}", container.launch.id),
        format("--sandbox={}", container.sandbox_path()),
        format("--tty={}", container.launch.terminal),
    };
    words.insert(words.end(), order.options.begin(), order.options.end());
    words.insert(words.end(), {"--", container.launch.image, container.launch.bundle});
    words.insert(words.end(), order.words.begin(), order.words.end());
    return words;
}

bool is_made(const Container& container)
{
    const std::string config = format("{}/config.json", kBundleFolder);
    return ::faccessat(container.record.get(), config.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

bool has_bundle(const sys::Fd& record)
{
    return ::faccessat(record.get(), kBundleFolder, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<> make_bundle(Container& container, Supervisor& supervisor)
{
    if (!is_needed(container) || is_made(container))
        return {};
    TRY(remove_bundle(container));  // half of it
    const Worker worker = TRY(Worker::make("image"));
    const int status = TRY(supervisor.work(worker, words_of(container), stdio(container)));
    return worker.result(status);
}

Result<> read_bundle(Container& container)
{
    if (!is_needed(container))
        return {};
    const auto config = TRY(read_bundle_config(container.launch.bundle));
    const std::string path = container.sandbox_path();
    const sys::Fd sandbox = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (::fchown(sandbox.get(), config.uid, config.gid) < 0)
        return failed_sys("give {} to {}:{}", path, config.uid, config.gid);
    if (!container.order.image_decides_signal || !config.stop_signal)
        return {};
    container.launch.stop_signal = *config.stop_signal;
    return replace_launch(container);
}

Result<> fetch_files(Container& container, Supervisor& supervisor)
{
    if (!is_needed(container) || container.order.files.empty())
        return {};
    const Worker worker = TRY(Worker::make("fetcher"));
    // By standard input: others may read command lines, and a URI may hold a password.
    const sys::Fd order(::memfd_create("order", MFD_CLOEXEC));
    if (!order)
        return failed_sys("make a file");
    TRY(sys::write_all(order.get(), write(container.order.files)));
    if (::lseek(order.get(), 0, SEEK_SET) < 0)
        return failed_sys("go to the beginning of a file");
    auto streams = stdio(container);
    streams.in = order.get();
    const int status =
        TRY(supervisor.work(worker, {"-d", container.sandbox_path(), "--json", "-"}, streams));
    return worker.result(status);
}

Result<> remove_bundle(const Container& container)
{
    if (!has_bundle(container.record))
        return {};
    const Worker worker = TRY(Worker::make("image"));
    const std::string path = container.record_path() + "/" + kBundleFolder;
    auto process = TRY(worker.begin({"unbundle", path}, {}));
    const int status = TRY(process.wait());
    return worker.result(status);
}

}  // namespace shim
