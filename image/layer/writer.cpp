#include "image/layer/writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "fetcher/archive.hpp"
#include "fetcher/confine.hpp"
#include "fetcher/digester.hpp"
#include "image/layer/apply.hpp"
#include "image/layer/inflate.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

constexpr char kTree[] = "tree";
constexpr char kOpenEnds[] = "open.json";
// With 1 MiB what is written has left the processor's cache when it is read.
constexpr int kPipeSize = 1 << 18;
// Bytes that are not those of the digest explain whatever is wrong with what is in them: the rest
// is read to tell, where it is no more than this.
constexpr std::uint64_t kReadOnMost = std::uint64_t{64} << 20;

struct WriteJob {
    Limits limits = {};
    int open_ends = -1;
};

// What the child does. Its answer: the number of entries, then a notice per line.
Result<std::string> write_layer(void* argument)
{
    const auto& job = *static_cast<const WriteJob*>(argument);
    sys::Fd root = TRY(sys::open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
    const Applied applied = TRY(apply_layer(STDIN_FILENO, std::move(root), job.limits));
    if (!applied.ends.empty()) {
        const std::string json = to_json(applied.ends);
        if (json.size() > spec::kJsonMost)
            return failed(
                "what depends on the layers below it takes {} bytes to say, the most is {}",
                json.size(), spec::kJsonMost);
        TRY(sys::write_all(job.open_ends, json));
    }
    std::string answer = format("{}", applied.entries);
    for (const auto& notice : applied.notices)
        answer += '\n' + notice;
    return answer;
}

void read_answer(std::string_view answer, Unpacked& into)
{
    std::from_chars(answer.data(), answer.data() + answer.size(), into.entries);
    for (auto at = answer.find('\n'); at != answer.npos; at = answer.find('\n')) {
        answer.remove_prefix(at + 1);
        into.notices.push_back(
            spec::shown(answer.substr(0, answer.find('\n')), fetcher::Confined::kAnswerMost));
    }
}

Result<sys::Fd> make_tree(const sys::Fd& folder)
{
    if (::mkdirat(folder.get(), kTree, 0755) < 0)
        return failed_sys("make {}", kTree);
    sys::Fd tree = TRY(sys::open_at(folder.get(), kTree, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    // Whatever our umask is, and whether the folder gives its group to what is made in it.
    if (::fchown(tree.get(), 0, 0) < 0 || ::fchmod(tree.get(), 0755) < 0)
        return failed_sys("give {} its owner and its mode", kTree);
    return tree;
}

// How many bytes the tar may have.
std::uint64_t budget(const LayerJob& job)
{
    std::uint64_t by_ratio = 0;
    if (__builtin_mul_overflow(job.size, job.limits.ratio, &by_ratio))
        by_ratio = job.limits.bytes;
    return std::min(job.limits.bytes, std::max(by_ratio, job.limits.bytes_any));
}

}  // namespace

class LayerWriter::State {
public:
    static Result<std::unique_ptr<State>> begin(const LayerJob& job, const sys::Fd& folder);
    Result<> feed(std::span<const std::byte> bytes);
    Result<Unpacked> finish();

private:
    State(const LayerJob& job, sys::Fd folder, fetcher::Digester blob, fetcher::Digester diff,
          fetcher::Confined child, sys::Fd pipe)
        : job_(job),
          folder_(std::move(folder)),
          blob_(std::move(blob)),
          diff_(std::move(diff)),
          child_(std::move(child)),
          pipe_(std::move(pipe)),
          inflater_(job.limits.window,
                    [this](std::span<const std::byte> bytes) { return pass_on(bytes); }),
          tar_most_(budget(job))
    {
    }

    Result<> pass_on(std::span<const std::byte> bytes);
    Result<> verify();
    Result<bool> keep_open_ends();

    LayerJob job_;
    sys::Fd folder_;
    fetcher::Digester blob_;  // of what comes,
    fetcher::Digester diff_;  // of what is in it
    fetcher::Confined child_;
    sys::Fd pipe_;  // to the child
    Inflater inflater_;
    std::uint64_t tar_most_;
    std::uint64_t received_ = 0;
    std::uint64_t tar_bytes_ = 0;
    std::optional<Error> complaint_ = {};  // of what is in it; from then on it is only hashed
};

Result<std::unique_ptr<LayerWriter::State>> LayerWriter::State::begin(const LayerJob& job,
                                                                      const sys::Fd& folder)
{
    sys::Fd own = TRY(sys::open_at(folder.get(), ".", O_RDONLY | O_DIRECTORY));
    const sys::Fd tree = TRY(make_tree(own));
    const sys::Fd ends = TRY(sys::open_at(own.get(), kOpenEnds, O_WRONLY | O_CREAT | O_EXCL, 0600));
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) < 0)
        return failed_sys("make a pipe");
    const sys::Fd out(pipe[0]);
    sys::Fd in(pipe[1]);
    (void)::fcntl(in.get(), F_SETPIPE_SZ, kPipeSize);  // only faster
    auto blob = TRY(fetcher::Digester::make(job.blob.hash));
    auto diff = TRY(fetcher::Digester::make(job.diff_id.hash));
    fetcher::Archive::prepare();
    WriteJob write{.limits = job.limits, .open_ends = ends.get()};
    auto child = TRY(fetcher::Confined::start({.input = out.get(),
                                               .folder = tree.get(),
                                               .file = ends.get(),
                                               .file_most = job.limits.file,
                                               .memory_most = job.limits.memory},
                                              write_layer, &write));
    return std::unique_ptr<State>(new State(job, std::move(own), std::move(blob), std::move(diff),
                                            std::move(child), std::move(in)));
}

Result<> LayerWriter::State::feed(std::span<const std::byte> bytes)
{
    if (bytes.size() > job_.size - received_)
        return failed("it is longer than the {} bytes that it should have", job_.size);
    received_ += bytes.size();
    TRY(blob_.add(bytes));
    if (complaint_)
        return {};
    auto added = inflater_.add(bytes);
    if (added || job_.size - received_ > kReadOnMost)
        return added;
    complaint_ = std::move(added.error());
    return {};
}

Result<> LayerWriter::State::pass_on(std::span<const std::byte> bytes)
{
    if (bytes.size() > tar_most_ - tar_bytes_)
        return failed("{} bytes become more than {}: that is no honest layer", received_,
                      tar_most_);
    tar_bytes_ += bytes.size();
    TRY(diff_.add(bytes));
    while (!bytes.empty()) {
        const ssize_t n = ::write(pipe_.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EPIPE) {
            TRY(child_.finish());
            return failed("the confined process has ended early");
        }
        if (n < 0 && errno != EINTR)
            return failed_sys("pass it on");
        bytes = bytes.subspan(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    return {};
}

Result<> LayerWriter::State::verify()
{
    if (received_ != job_.size)
        return failed("it has {} bytes, and should have {}", received_, job_.size);
    const auto blob = TRY(blob_.finish());
    if (blob != job_.blob)
        return failed("its digest is {}", blob.text());
    if (complaint_)
        return std::unexpected(*complaint_);
    TRY(inflater_.finish());
    const auto diff = TRY(diff_.finish());
    if (diff != job_.diff_id)
        return failed("its diff_id is {}, and should be {}", diff.text(), job_.diff_id.text());
    return {};
}

Result<bool> LayerWriter::State::keep_open_ends()
{
    struct stat status = {};
    if (::fstatat(folder_.get(), kOpenEnds, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("look at {}", kOpenEnds);
    if (status.st_size == 0 && ::unlinkat(folder_.get(), kOpenEnds, 0) < 0)
        return failed_sys("remove {}", kOpenEnds);
    return status.st_size > 0;
}

Result<Unpacked> LayerWriter::State::finish()
{
    TRY(verify());
    pipe_ = sys::Fd();
    const std::string answer = TRY(child_.finish());
    Unpacked unpacked{.tar_bytes = tar_bytes_};
    read_answer(answer, unpacked);
    unpacked.has_open_ends = TRY(keep_open_ends());
    const auto promised = compression_of(job_.media_type);
    if (!job_.media_type.empty() && promised != inflater_.compression())
        unpacked.notices.push_back(format("its compression is {}, and its media type says {}",
                                          spec::word(inflater_.compression()),
                                          spec::word(promised)));
    return unpacked;
}

LayerWriter::LayerWriter(std::unique_ptr<State> state) : state_(std::move(state))
{
}
LayerWriter::LayerWriter(LayerWriter&&) noexcept = default;
LayerWriter::~LayerWriter() = default;

// Ends what has failed: the child is killed.
template <class T>
Result<T> LayerWriter::conclude(Result<T> done)
{
    if (!done)
        state_.reset();
    return done;
}

Result<LayerWriter> LayerWriter::begin(const LayerJob& job, const sys::Fd& folder)
{
    auto state = TRY(State::begin(job, folder));
    return LayerWriter(std::move(state));
}

Result<> LayerWriter::feed(std::span<const std::byte> bytes)
{
    if (!state_)
        return failed("it has failed before");
    return conclude(state_->feed(bytes));
}

Result<Unpacked> LayerWriter::finish()
{
    if (!state_)
        return failed("it has failed before");
    return conclude(state_->finish());
}

}  // namespace image
