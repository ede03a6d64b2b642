#include "image/places.hpp"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "sys/file.hpp"
#include "sys/places.hpp"

namespace image {

Result<Store> open_store(const Options& options)
{
    const std::string path = TRY(sys::absolute(
        options.store.empty() ? sys::folder_of_what_lasts() + "/store" : options.store));
    return Store::open(path);
}

static std::string_view cpu_flags(std::string_view cpuinfo)
{
    const auto line = cpuinfo.find("\nflags");
    const auto begin = line == cpuinfo.npos ? line : cpuinfo.find(": ", line);
    if (begin == cpuinfo.npos)
        return {};
    const auto flags = cpuinfo.substr(begin + 2);
    return flags.substr(0, flags.find('\n'));
}

Result<spec::Platform> platform_of(const Options& options)
{
    if (options.platform)
        return *options.platform;
    utsname names = {};
    if (::uname(&names) < 0)
        return failed_sys("ask what machine this is");
    // The first processor's lines suffice: they have the flags of all.
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, "/proc/cpuinfo", O_RDONLY));
    char text[8192];
    const auto got = ::read(file.get(), text, sizeof text);
    return spec::machine_platform(names.machine, cpu_flags({text, got > 0 ? std::size_t(got) : 0}));
}

Result<spec::ImageName> read_name(Call& call, const std::string& word)
{
    call.subject = word;
    auto name = spec::read_image_name(word);
    if (!name)
        name.error().status = Status::Usage;
    auto read = TRY(std::move(name));
    if (auto* layout = std::get_if<spec::LayoutName>(&read))
        layout->folder = TRY(sys::absolute(layout->folder));
    call.subject = spec::text_of(read);
    return read;
}

Result<Kept> find_kept(Call& call, const Store& store, const std::string& word)
{
    TRY(read_name(call, word));
    auto record = TRY(store.database().find_image(call.subject));
    if (!record)
        return failed("it is not in the store {}", store.path());
    Kept kept = {.record = std::move(*record)};
    const auto digest = TRY(spec::read_digest(kept.record.config));
    auto text = TRY(store.read_blob(digest));
    if (!text)
        return failed("its config {} is missing in the store {}", kept.record.config, store.path());
    kept.config = TRY(spec::read_image_config(*text, kept.record.config));
    kept.config_text = std::move(*text);
    return kept;
}

}  // namespace image
