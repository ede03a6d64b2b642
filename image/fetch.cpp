#include "image/fetch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "fetcher/crew.hpp"
#include "image/layer/writer.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/steps.hpp"

namespace image {

namespace {

// Between two words of how far a layer is, in bytes.
constexpr std::uint64_t kStride = std::uint64_t{1} << 20;
enum Word : char { Progressed = 'p', Shared = 's' };

// One layer, in the process that brings it.
struct Bringing {
    const Store& store;
    Source& source;
    const LayerPlan& layer;
    const sys::Channel& parent;
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

Result<> bring(Bringing work)
{
    auto done = sys::run_steps<Bringing>(kBring, work);
    if (!done && work.resumed && work.refused) {
        // The registry may be innocent: what an earlier pull had left is gone now.
        forget(work);
        done = sys::run_steps<Bringing>(kBring, work);
    }
    return done;
}

}  // namespace

Result<> fetch_layers(const Store& store, Source& source, const std::vector<LayerPlan>& layers,
                      fetcher::Progress& progress)
{
    source.let_go();
    std::vector<std::size_t> bars;
    for (const auto& layer : layers)
        bars.push_back(
            progress.add("layer " + layer.blob.digest.hex.substr(0, 12), layer.blob.size));
    const fetcher::Crew crew = {
        .work =
            [&](std::size_t number, const sys::Channel& parent) {
                return bring({store, source, layers[number], parent});
            },
        .hear =
            [&](std::size_t number, const sys::Channel::Message& message) {
                if (message.kind == Progressed)
                    progress.tell(bars[number],
                                  static_cast<std::uint64_t>(message.value) * kStride);
                else
                    progress.end(bars[number], "is there");
            },
        .done =
            [&](std::size_t number) {
                progress.end(bars[number], "unpacked");
                return Result<>();
            },
        .name = [&](std::size_t number) { return "layer " + layers[number].blob.digest.text(); },
    };
    return fetcher::run_crew(layers.size(), crew);
}

}  // namespace image
