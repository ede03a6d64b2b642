#include "runtime/seccomp_cache.hpp"

#include <fcntl.h>
#include <linux/bpf_common.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <concepts>
#include <cstring>

#include "spec/version.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace runtime {

namespace {

constexpr const char* kFolder = ".seccomp";
constexpr std::size_t kFilesMost = 64;
constexpr std::size_t kTextMost = 1 << 20;  // of what a filter is made of; a longer one is not kept
constexpr std::size_t kInstructionsMost = BPF_MAXINSNS;

// A file: this, what the filter was made of, the filter.
struct Header {
    char magic[8] = {'d', 'a', 'v', 'i', 't', 'b', 'p', 'f'};
    std::uint64_t text_size = 0;
    std::uint64_t instructions = 0;
    std::uint64_t checksum = 0;  // of the instructions
};

// FNV-1a. It finds files, and damage; whom to trust is told by the owner.
std::uint64_t hash(std::string_view bytes)
{
    std::uint64_t value = 0xcbf29ce484222325;
    for (const char byte : bytes)
        value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    return value;
}

// A text whose parts cannot run into each other: each has its length in front, a list its number.
class Parts {
public:
    Parts& add(std::string_view part)
    {
        text_ += std::to_string(part.size());
        text_ += ':';
        text_ += part;
        return *this;
    }
    template <std::integral T>
    Parts& add(T number)
    {
        text_ += std::to_string(number);
        text_ += ' ';
        return *this;
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_ = {};
};

void add_rule(Parts& parts, const spec::SeccompSyscall& rule)
{
    parts.add(spec::word(rule.action)).add(rule.errno_ret ? *rule.errno_ret : -1);
    parts.add(rule.names.size());
    for (const auto& name : rule.names)
        parts.add(name);
    parts.add(rule.args.size());
    for (const auto& arg : rule.args)
        parts.add(arg.index).add(arg.value).add(arg.value_two).add(spec::word(arg.op));
}

// All that a filter is made of.
Result<std::string> made_of(const spec::Seccomp& profile)
{
    utsname kernel = {};
    if (::uname(&kernel) < 0)
        return failed_sys("ask for the kernel's name");
    const scmp_version* const library = ::seccomp_version();
    Parts parts;
    parts.add(spec::kVersion).add(spec::kCommit).add(kernel.release).add(kernel.machine);
    parts.add(library->major).add(library->minor).add(library->micro);
    parts.add(spec::word(profile.default_action))
        .add(profile.default_errno_ret ? *profile.default_errno_ret : -1);
    parts.add(profile.architectures.size());
    for (const auto architecture : profile.architectures)
        parts.add(spec::word(architecture));
    parts.add(profile.syscalls.size());
    for (const auto& rule : profile.syscalls)
        add_rule(parts, rule);
    return parts.take();
}

std::string_view bytes_of(const std::vector<sock_filter>& program)
{
    return {reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter)};
}

// Whether nobody but us can have written it.
bool is_ours(const sys::Fd& file, mode_t kind)
{
    struct stat status = {};
    return ::fstat(file.get(), &status) == 0 && (status.st_mode & S_IFMT) == kind &&
           status.st_uid == ::geteuid() && (status.st_mode & 077) == 0;
}

Result<sys::Fd> open_folder(const std::string& root)
{
    const std::string path = format("{}/{}", root, kFolder);
    sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return is_ours(folder, S_IFDIR) ? Result<sys::Fd>(std::move(folder))
                                    : failed("{} is not ours alone", path);
}

// Empty where the file is not what it has to be.
std::vector<sock_filter> parse(std::string_view file, std::string_view text)
{
    Header header;
    const Header wanted;
    if (file.size() < sizeof header)
        return {};
    std::memcpy(&header, file.data(), sizeof header);
    file.remove_prefix(sizeof header);
    if (std::memcmp(header.magic, wanted.magic, sizeof header.magic) != 0 ||
        header.text_size != text.size() || !file.starts_with(text) || header.instructions == 0 ||
        header.instructions > kInstructionsMost)
        return {};
    file.remove_prefix(text.size());
    std::vector<sock_filter> program(header.instructions);
    if (file.size() != bytes_of(program).size() || hash(file) != header.checksum)
        return {};
    std::memcpy(program.data(), file.data(), file.size());
    return program;
}

std::vector<sock_filter> load(const sys::Fd& folder, const std::string& name, std::string_view text)
{
    const auto file = sys::open_at(folder.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file || !is_ours(*file, S_IFREG))
        return {};
    std::string bytes(sizeof(Header) + text.size() + kInstructionsMost * sizeof(sock_filter) + 1,
                      '\0');
    const ssize_t size = ::read(file->get(), bytes.data(), bytes.size());
    return size < 0 ? std::vector<sock_filter>()
                    : parse({bytes.data(), static_cast<std::size_t>(size)}, text);
}

// The oldest go; what was half written when somebody was killed is among them one day.
void keep_few(const sys::Fd& folder)
{
    const auto names = sys::names_in(folder);
    if (!names || names->size() <= kFilesMost)
        return;
    std::vector<std::pair<time_t, std::string>> files;
    for (const auto& name : *names) {
        struct stat status = {};
        if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
            files.emplace_back(status.st_mtim.tv_sec, name);
    }
    std::ranges::sort(files);
    for (std::size_t i = 0; i + kFilesMost < files.size(); ++i)
        ::unlinkat(folder.get(), files[i].second.c_str(), 0);
}

Result<> save(const std::string& root, const std::string& name, std::string_view text,
              const std::vector<sock_filter>& program)
{
    const std::string path = format("{}/{}", root, kFolder);
    TRY(sys::make_folders(path));
    const sys::Fd folder = TRY(open_folder(root));
    const Header header = {.text_size = text.size(),
                           .instructions = program.size(),
                           .checksum = hash(bytes_of(program))};
    std::string file(reinterpret_cast<const char*>(&header), sizeof header);
    file += text;
    file += bytes_of(program);
    TRY(sys::replace_file(folder.get(), name, file, 0600));
    keep_few(folder);
    return {};
}

}  // namespace

Result<SeccompFilter> cached_seccomp(const spec::Seccomp& profile, const std::string& root)
{
    const std::string text = TRY(made_of(profile));
    if (text.size() > kTextMost)
        return compile_seccomp(profile);
    const std::string name = format("{:016x}", hash(text));
    if (const auto folder = open_folder(root))
        if (auto program = load(*folder, name, text); !program.empty())
            return filter_of(profile, std::move(program));
    auto filter = TRY(compile_seccomp(profile));
    (void)save(root, name, text, filter.program);
    return filter;
}

}  // namespace runtime
