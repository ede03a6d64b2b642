#include "fetcher/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <iconv.h>
#include <langinfo.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace fetcher {

// As much as a pipe holds at most.
static constexpr std::size_t kBlock = std::size_t{1} << 20;

struct Archive::Source {
    int fd = -1;
    std::vector<std::byte> block = std::vector<std::byte>(kBlock);
    std::size_t ahead = 0;  // bytes in `block` that nobody has seen yet
    bool seekable = false;

    la_ssize_t read()
    {
        if (ahead > 0)
            return static_cast<la_ssize_t>(std::exchange(ahead, 0));
        ssize_t n;
        while ((n = ::read(fd, block.data(), block.size())) < 0)
            if (errno != EINTR)
                return -1;
        return n;
    }

    static la_ssize_t give(struct archive* archive, void* data, const void** block)
    {
        auto* source = static_cast<Source*>(data);
        const la_ssize_t n = source->read();
        if (n < 0)
            ::archive_set_error(archive, errno, "cannot read it");
        *block = source->block.data();
        return n;
    }

    static la_int64_t seek(struct archive* archive, void* data, la_int64_t offset, int whence)
    {
        const off_t at = ::lseek(static_cast<Source*>(data)->fd, offset, whence);
        if (at < 0)
            ::archive_set_error(archive, errno, "cannot seek in it");
        return at < 0 ? ARCHIVE_FATAL : at;
    }
};

void Archive::Free::operator()(struct archive* it) const
{
    ::archive_read_free(it);
}

void Archive::Free::operator()(Source* it) const
{
    delete it;
}

static std::string_view reason(struct archive* archive)
{
    const char* text = ::archive_error_string(archive);
    return text ? text : "not an archive";
}

// libarchive converts what is UTF-8 to the locale's charset, which for us is ASCII, always fails at
// it beyond that, warns, and then hands out the bytes as they are: just what we want. Its other
// warnings tell of something that it has left out.
static bool is_about_charset(std::string_view warning)
{
    return warning.find("can't be converted from") != warning.npos;
}

void Archive::prepare()
{
    const iconv_t it = ::iconv_open(::nl_langinfo(CODESET), "UTF-8");
    if (it != reinterpret_cast<iconv_t>(-1))
        ::iconv_close(it);
}

static int choose_tar(struct archive* archive)
{
    const int known = ::archive_read_support_format_tar(archive);
    return known != ARCHIVE_OK
               ? known
               : ::archive_read_set_format_option(archive, "tar", "mac-ext", nullptr);
}

static int choose_any(struct archive* archive)
{
    constexpr int (*kinds[])(struct archive*) = {
        choose_tar,
        ::archive_read_support_format_zip,
        ::archive_read_support_filter_gzip,
        ::archive_read_support_filter_zstd,
        ::archive_read_support_filter_xz,
        ::archive_read_support_filter_bzip2,
    };
    for (const auto kind : kinds)
        if (const int known = kind(archive); known != ARCHIVE_OK)  // by another program, maybe
            return known;
    return ARCHIVE_OK;
}

Result<Archive> Archive::open_tar(int fd, const Limits& limits)
{
    Archive it;
    it.limits_ = limits;
    it.source_.reset(new Source{.fd = fd});
    // Empty: a layer may be, and libarchive takes it for no archive.
    const la_ssize_t n = it.source_->read();
    if (n < 0)
        return failed_sys("read it");
    if (n == 0)
        return it;
    it.source_->ahead = static_cast<std::size_t>(n);
    const bool known = TRY(it.open(choose_tar));
    if (!known)
        return failed("{}", reason(it.archive_.get()));
    return it;
}

Result<std::optional<Archive>> Archive::open_file(int fd, const Limits& limits)
{
    struct stat status = {};
    if (::fstat(fd, &status) < 0)
        return failed_sys("look at it");
    Archive it;
    it.limits_ = limits;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    it.data_most_ = std::min(limits.bytes, std::max(limits.bytes_any, size * limits.ratio));
    it.source_.reset(new Source{.fd = fd, .seekable = true});
    const bool known = TRY(it.open(choose_any));
    if (!known)
        return std::nullopt;
    return it;
}

// False: it is of no kind that was chosen.
Result<bool> Archive::open(int (*choose)(struct archive*))
{
    archive_.reset(::archive_read_new());
    if (!archive_)
        return failed("no memory");
    struct archive* archive = archive_.get();
    if (choose(archive) != ARCHIVE_OK ||
        ::archive_read_set_read_callback(archive, Source::give) != ARCHIVE_OK ||
        (source_->seekable &&
         ::archive_read_set_seek_callback(archive, Source::seek) != ARCHIVE_OK) ||
        ::archive_read_set_callback_data(archive, source_.get()) != ARCHIVE_OK)
        return failed("{}", reason(archive));
    if (::archive_read_open1(archive) == ARCHIVE_OK)
        return true;
    if (reason(archive) == "Unrecognized archive format")  // its number is not public
        return false;
    return failed("{}", reason(archive));
}

// A small file can become a huge one, many times over (moby CVE-2017-14992).
Result<> Archive::check_budget() const
{
    if (data_ > data_most_ ||
        static_cast<std::uint64_t>(::archive_filter_bytes(archive_.get(), 0)) > data_most_)
        return failed("it becomes more than {} bytes: that is no honest archive", data_most_);
    return {};
}

static Result<Type> type_of(struct archive_entry* from)
{
    if (::archive_entry_hardlink(from))
        return Type::HardLink;
    switch (::archive_entry_filetype(from)) {
        case AE_IFREG:
            return Type::File;
        case AE_IFDIR:
            return Type::Folder;
        case AE_IFLNK:
            return Type::Symlink;
        case AE_IFCHR:
            return Type::CharDevice;
        case AE_IFBLK:
            return Type::BlockDevice;
        case AE_IFIFO:
            return Type::Fifo;
        default:
            return failed("it is of type {:#o}", ::archive_entry_filetype(from));
    }
}

static timespec mtime_of(struct archive_entry* from)
{
    timespec time = {.tv_sec = ::archive_entry_mtime(from),
                     .tv_nsec = ::archive_entry_mtime_nsec(from)};
    // libarchive 3.6 reads -1.5 as -1 and +0.5.
    if (time.tv_sec < 0 && time.tv_nsec > 0)
        time = {.tv_sec = time.tv_sec - 1, .tv_nsec = 1'000'000'000 - time.tv_nsec};
    return time;
}

static std::string text(const char* from)
{
    return from ? from : "";
}

Result<bool> Archive::next(Entry& entry)
{
    if (!archive_)
        return false;
    struct archive_entry* from = nullptr;
    const int code = ::archive_read_next_header(archive_.get(), &from);
    if (code == ARCHIVE_EOF)
        return false;
    entry.path = from ? text(::archive_entry_pathname(from)) : "";
    if (code != ARCHIVE_OK && !(code == ARCHIVE_WARN && is_about_charset(reason(archive_.get()))))
        return failed("{}", reason(archive_.get()));
    TRY(check_budget());
    if (++entries_ > limits_.entries)
        return failed("it has more than {} entries", limits_.entries);
    entry.type = TRY(type_of(from));
    entry.mode = ::archive_entry_perm(from);
    entry.uid = ::archive_entry_uid(from);
    entry.gid = ::archive_entry_gid(from);
    entry.mtime = mtime_of(from);
    const la_int64_t size = ::archive_entry_size(from);
    if (size < 0)
        return failed("its size is {}", size);
    entry.size = static_cast<std::uint64_t>(size);
    entry.target.clear();
    if (entry.type == Type::HardLink)
        entry.target = text(::archive_entry_hardlink(from));
    else if (entry.type == Type::Symlink)
        entry.target = text(::archive_entry_symlink(from));
    if (entry.type == Type::Symlink && entry.target.empty())
        return failed("it is a symlink to nothing");
    entry.major = static_cast<unsigned int>(::archive_entry_rdevmajor(from));
    entry.minor = static_cast<unsigned int>(::archive_entry_rdevminor(from));
    TRY(read_xattrs(from, entry));
    return true;
}

Result<> Archive::read_xattrs(struct archive_entry* from, Entry& entry) const
{
    entry.xattrs.clear();
    const int count = ::archive_entry_xattr_reset(from);
    if (count > 0 && static_cast<std::size_t>(count) > limits_.xattrs)
        return failed("it has {} extended attributes, the most is {}", count, limits_.xattrs);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    std::size_t total = 0;
    while (::archive_entry_xattr_next(from, &name, &value, &size) == ARCHIVE_OK) {
        Xattr xattr{.name = text(name), .value = {static_cast<const char*>(value), size}};
        total += xattr.name.size() + size;
        if (total > limits_.xattr_bytes)
            return failed("its extended attributes have more than {} bytes", limits_.xattr_bytes);
        entry.xattrs.push_back(std::move(xattr));
    }
    return {};
}

Result<std::optional<Archive::Piece>> Archive::next_piece()
{
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
    if (code == ARCHIVE_EOF)
        return std::nullopt;
    if (code != ARCHIVE_OK)
        return failed("{}", reason(archive_.get()));
    if (offset < 0)
        return failed("a piece of it lies at {}", offset);
    data_ += size;
    TRY(check_budget());
    return Piece{.offset = static_cast<std::uint64_t>(offset),
                 .bytes = {static_cast<const std::byte*>(bytes), size}};
}

Result<> Archive::drain()
{
    archive_.reset();
    la_ssize_t n;
    do
        n = source_->read();
    while (n > 0);
    if (n < 0)
        return failed_sys("read it");
    return {};
}

}  // namespace fetcher
