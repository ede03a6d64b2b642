#include "image/layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "fetcher/digest_of.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

constexpr std::string_view kTagAnnotation = "org.opencontainers.image.ref.name";
constexpr std::string_view kLayoutVersion = "1.0.0";
constexpr std::size_t kPiece = std::size_t{256} << 10;  // bytes of a blob that are read at once

struct LayoutFile {
    std::string version = {};
};
constexpr spec::Field kLayoutFields[] = {
    spec::field<&LayoutFile::version>("imageLayoutVersion", {.required = true}),
};
constexpr auto kLayoutFile = spec::object<LayoutFile>(kLayoutFields);

std::string_view tag_of(const spec::Descriptor& descriptor)
{
    const auto found = descriptor.annotations.find(kTagAnnotation);
    return found == descriptor.annotations.end() ? std::string_view() : found->second;
}

std::string path_of(const spec::Digest& digest)
{
    return format("blobs/{}/{}", spec::word(digest.hash), digest.hex);
}

class Layout : public Source {
public:
    Layout(std::string name, std::string tag, sys::Fd folder)
        : name_(std::move(name)), tag_(std::move(tag)), folder_(std::move(folder))
    {
    }

    Result<Document> resolve() override
    {
        Document index;
        index.text =
            TRY_TO(sys::read_file(folder_.get(), "index.json", spec::kManifestMost), "{}", name_);
        index.digest = fetcher::digest_of(index.text);
        const std::string name = name_ + "/index.json";
        const auto read = TRY(spec::read_document(index.text, name, ""));
        const auto* listed = std::get_if<spec::Index>(&read);
        if (!listed)
            return failed("{} is a manifest, not an index", name);
        const spec::Descriptor* chosen = TRY(choose(listed->manifests));
        return chosen ? document(*chosen) : index;
    }

    Result<Document> document(const spec::Descriptor& descriptor) override
    {
        const std::string path = path_of(descriptor.digest);
        std::string text =
            TRY_TO(sys::read_file(folder_.get(), path, spec::kManifestMost), "{}", name_);
        if (text.size() != descriptor.size)
            return failed("{}/{} has {} bytes, its descriptor says {}", name_, path, text.size(),
                          descriptor.size);
        if (fetcher::digest_of(text, descriptor.digest.hash) != descriptor.digest)
            return failed("{}/{}: its content has another digest", name_, path);
        return Document{std::move(text), descriptor.media_type, descriptor.digest};
    }

    bool is_far() const override { return false; }

    Result<> blob(const spec::Descriptor& descriptor, std::uint64_t from, const Sink& sink) override
    {
        const std::string path = path_of(descriptor.digest);
        const sys::Fd file = TRY_TO(
            sys::open_at(folder_.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY), "{}", name_);
        struct stat facts = {};
        if (::fstat(file.get(), &facts) < 0)
            return failed_sys("look at {}/{}", name_, path);
        if (!S_ISREG(facts.st_mode))
            return failed("{}/{} is no file", name_, path);
        if (from > 0 && ::lseek(file.get(), static_cast<off_t>(from), SEEK_SET) < 0)
            return failed_sys("seek in {}/{}", name_, path);
        (void)::posix_fadvise(file.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
        std::vector<std::byte> piece(kPiece);
        for (;;) {
            const auto got = ::read(file.get(), piece.data(), piece.size());
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return failed_sys("read {}/{}", name_, path);
            if (got == 0)
                return {};
            TRY(sink(std::span(piece).first(static_cast<std::size_t>(got))));
        }
    }

private:
    // What the tag means; null: the index itself, which is one image for several platforms.
    Result<const spec::Descriptor*> choose(const std::vector<spec::Descriptor>& listed) const
    {
        std::string there;
        bool tagged = false;
        for (const auto& each : listed) {
            if (!tag_.empty() && tag_of(each) == tag_)
                return &each;
            tagged = tagged || !tag_of(each).empty();
            there += format("{}{}", there.empty() ? "" : ", ", spec::quoted(tag_of(each)));
        }
        if (listed.empty())
            return failed("{} holds no image", name_);
        if (!tag_.empty())
            return failed("{} has no image with the tag {}; there are {}", name_,
                          spec::quoted(tag_), there);
        if (listed.size() == 1)
            return listed.data();
        if (tagged)
            return failed("{} holds several images; one of the tags {} must be named", name_,
                          there);
        return nullptr;
    }

    std::string name_;
    std::string tag_;
    sys::Fd folder_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_layout(const std::string& folder, const std::string& tag)
{
    sys::Fd open = TRY(sys::open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY));
    const std::string name = folder + "/oci-layout";
    const std::string text =
        TRY_TO(sys::read_file(open.get(), "oci-layout", spec::kManifestMost), "{}", folder);
    const auto read = TRY(spec::read_json(kLayoutFile, text, name));
    if (read.version != kLayoutVersion)
        return failed("{}: version {} is not known, {} is", name, spec::quoted(read.version),
                      kLayoutVersion);
    return std::make_unique<Layout>(folder, tag, std::move(open));
}

}  // namespace image
