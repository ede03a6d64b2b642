#include "image/fetch.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "image/layer/writer.hpp"
#include "sys/channel.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/loop.hpp"
#include "sys/process.hpp"
#include "sys/steps.hpp"

namespace image {

namespace {

constexpr std::size_t kAtOnce = 4;
// Between two words of how far a layer is, in bytes.
constexpr std::uint64_t kStride = std::uint64_t{1} << 20;
enum Word : char { Progressed = 'p', Shared = 's' };

// One layer, in the process that brings it.
struct Bringing {
    const Store& store;
    Source& source;
    const LayerPlan& layer;
    sys::Channel parent = {};
    std::optional<WorkFolder> folder = {};  // nothing: the layer is there
    std::optional<LayerWriter> writer = {};
    sys::Fd part = {};       // what has come of a blob from afar
    std::uint64_t done = 0;  // bytes that the writer has
    std::uint64_t told = 0;  // of these, to the parent
    bool resumed = false;    // some are from an earlier pull
    bool refused = false;    // the writer wants no more: what came is wrong

    // The same layer in another compression is another blob.
    std::string part_name() const { return layer.blob.digest.hex + std::string(kPartFile); }
};

Result<> take_folder(Bringing& work)
{
    const std::string& hex = work.layer.diff_id.hex;
    WorkFolder folder = TRY(WorkFolder::take(work.store.tmp(), "layer-" + hex));
    const bool there = TRY(work.store.has_layer(work.layer.diff_id));
    if (there) {
        TRY(folder.discard());
        return work.parent.send(Shared);
    }
    work.folder.emplace(std::move(folder));
    return {};
}

Result<> clear_leftovers(Bringing& work)
{
    if (!work.folder)
        return {};
    const auto names = TRY(sys::names_in(work.folder->folder()));
    for (const auto& name : names)
        if (name != work.part_name())
            TRY(sys::remove_tree(work.folder->folder(), name));
    return {};
}

Result<> begin_writing(Bringing& work)
{
    if (!work.folder)
        return {};
    const LayerJob job = {.blob = work.layer.blob.digest,
                          .size = work.layer.blob.size,
                          .diff_id = work.layer.diff_id,
                          .media_type = work.layer.blob.media_type};
    LayerWriter writer = TRY(LayerWriter::begin(job, work.folder->folder()));
    work.writer.emplace(std::move(writer));
    return {};
}

// Nobody is to go on with it.
Result<> drop_part(Bringing& work)
{
    if (work.part && ::unlinkat(work.folder->folder().get(), work.part_name().c_str(), 0) < 0)
        return failed_sys("remove {}", work.part_name());
    work.part = sys::Fd();
    return {};
}

Result<> take_piece(Bringing& work, std::span<const std::byte> bytes)
{
    if (auto fed = work.writer->feed(bytes); !fed) {
        work.refused = true;
        TRY(drop_part(work));
        return fed;
    }
    work.done += bytes.size();
    if (work.done - work.told < kStride)
        return {};
    work.told = work.done;
    return work.parent.send(Progressed, nullptr, static_cast<int>(work.done / kStride));
}

// What a pull before us has left of the blob.
Result<> read_part(Bringing& work)
{
    if (!work.folder || !work.source.is_far())
        return {};
    work.part = TRY(sys::open_at(work.folder->folder().get(), work.part_name(),
                                 O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0600));
    std::vector<std::byte> piece(kStride);
    for (;;) {
        const auto got = ::read(work.part.get(), piece.data(), piece.size());
        if (got < 0)
            return failed_sys("read {}", work.part_name());
        if (got == 0)
            return {};
        work.resumed = true;
        TRY(take_piece(work, std::span(piece).first(static_cast<std::size_t>(got))));
    }
}

Result<> stream(Bringing& work)
{
    if (!work.folder)
        return {};
    const auto sink = [&](std::span<const std::byte> bytes) -> Result<> {
        if (work.part)
            TRY(sys::write_all(work.part.get(),
                               {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
        return take_piece(work, bytes);
    };
    if (work.done == work.layer.blob.size)
        return {};
    return work.source.blob(work.layer.blob, work.done, sink);
}

Result<> finish(Bringing& work)
{
    if (!work.folder)
        return {};
    auto finished = work.writer->finish();
    work.refused = !finished;
    TRY(drop_part(work));
    TRY(std::move(finished));
    return {};
}

Result<> publish(Bringing& work)
{
    if (!work.folder)
        return {};
    return work.folder->publish(work.store.layers(), work.layer.diff_id.hex);
}

constexpr sys::Step<Bringing> kBring[] = {
    {"take layer", take_folder},           //
    {"clear leftovers", clear_leftovers},  // of a process that was killed
    {"begin layer", begin_writing},        // from here on a confined child writes
    {"read part", read_part},              // that an earlier pull has brought
    {"fetch layer", stream},               //
    {"check layer", finish},               // size, digests, and the child's word
    {"publish layer", publish},
};

void forget(Bringing& work)
{
    work.writer.reset();
    work.folder.reset();  // its lock, too
    work.done = work.told = 0;
    work.resumed = work.refused = false;
}

int bring(void* argument)
{
    auto& work = *static_cast<Bringing*>(argument);
    auto done = sys::run_steps<Bringing>(kBring, work);
    if (!done && work.resumed && work.refused) {
        // The registry may be innocent: what an earlier pull had left is gone now.
        forget(work);
        done = sys::run_steps<Bringing>(kBring, work);
    }
    if (!done) {
        (void)work.parent.send(done.error());  // a parent that is gone hears nothing
        return 1;
    }
    return 0;
}

// One that runs, seen from the parent.
struct Worker {
    std::size_t layer = 0;
    sys::Process process = {};
    sys::Channel channel = {};
};

class Crew {
public:
    Crew(const Store& store, Source& source, const std::vector<LayerPlan>& layers,
         fetcher::Progress& progress)
        : store_(store), source_(source), layers_(layers), progress_(progress)
    {
    }

    Result<> run()
    {
        loop_ = TRY(sys::Loop::make());
        source_.let_go();
        for (const auto& layer : layers_)
            bars_.push_back(
                progress_.add("layer " + layer.blob.digest.hex.substr(0, 12), layer.blob.size));
        while (next_ < layers_.size() || !workers_.empty()) {
            while (next_ < layers_.size() && workers_.size() < kAtOnce)
                TRY(start(next_++));
            const auto ready = TRY(loop_.wait(-1));
            for (const auto& each : ready)
                TRY(hear(each.key));
        }
        return {};
    }

private:
    Result<> start(std::size_t number)
    {
        auto pair = TRY(sys::make_channel());
        Bringing work{store_, source_, layers_[number], std::move(pair.there)};
        sys::Process process = TRY(sys::spawn_worker(bring, &work));
        Worker worker{number, std::move(process), std::move(pair.here)};
        TRY(loop_.watch(static_cast<unsigned>(number), worker.channel.fd().get(), EPOLLIN));
        workers_.emplace(number, std::move(worker));
        return {};
    }

    Result<> hear(unsigned key)
    {
        Worker& worker = workers_.at(key);
        const LayerPlan& layer = layers_[worker.layer];
        const auto message = TRY_TO(worker.channel.receive(), "layer {}", layer.blob.digest.text());
        if (message && message->kind == Progressed)
            progress_.tell(bars_[key], static_cast<std::uint64_t>(message->value) * kStride);
        if (message && message->kind == Shared)
            progress_.end(bars_[key], "is there");
        if (message)
            return {};
        TRY(loop_.watch(key, worker.channel.fd().get(), 0));
        const int status = TRY(worker.process.wait());
        if (status != 0)
            return failed("layer {}: its process ended with {} and no word",
                          layer.blob.digest.text(), status);
        progress_.end(bars_[key], "unpacked");
        workers_.erase(key);
        return {};
    }

    const Store& store_;
    Source& source_;
    const std::vector<LayerPlan>& layers_;
    fetcher::Progress& progress_;
    sys::Loop loop_ = {};
    std::vector<std::size_t> bars_ = {};
    std::map<std::size_t, Worker> workers_ = {};
    std::size_t next_ = 0;
};

}  // namespace

Result<> fetch_layers(const Store& store, Source& source, const std::vector<LayerPlan>& layers,
                      fetcher::Progress& progress)
{
    return Crew(store, source, layers, progress).run();
}

}  // namespace image
