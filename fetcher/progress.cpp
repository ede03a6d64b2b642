#include "fetcher/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "spec/result.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace fetcher {

namespace {

constexpr auto kPause = std::chrono::milliseconds(100);  // between two drawings
constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kNameMost = 24;
constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};

// What a terminal would scroll away, or carry over to another line, cannot be drawn over.
struct Room {
    std::size_t lines = 23;
    std::size_t columns = 79;
};

Room terminal_room()
{
    Room room;
    winsize size = {};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0)
        return room;
    if (size.ws_row > 1)
        room.lines = size.ws_row - 1U;
    if (size.ws_col > 1)
        room.columns = size.ws_col - 1U;
    return room;
}

std::string cut(std::string text, std::size_t most)
{
    while (text.size() > most && (text[most] & 0xc0) == 0x80)
        --most;  // UTF-8: no half of a character
    text.resize(std::min(text.size(), most));
    return text;
}

std::string bar(std::uint64_t done, std::uint64_t total)
{
    const auto part = static_cast<double>(done) / static_cast<double>(total);
    const auto filled =
        std::min(kBarWidth, static_cast<std::size_t>(part * static_cast<double>(kBarWidth)));
    return format("[{}{}]", std::string(filled, '#'), std::string(kBarWidth - filled, ' '));
}

}  // namespace

std::string size_text(std::uint64_t bytes)
{
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < std::size(kUnits)) {
        value /= 1024;
        ++unit;
    }
    return unit == 0 ? format("{} B", bytes) : format("{:.1f} {}", value, kUnits[unit]);
}

Progress::Progress() : Progress(::isatty(STDERR_FILENO) ? Shown::Bars : Shown::Lines)
{
}

std::size_t Progress::add(std::string name, std::uint64_t total)
{
    items_.push_back({.name = spec::shown(name, kNameMost), .total = total});
    return items_.size() - 1;
}

void Progress::expect(std::size_t item, std::uint64_t total)
{
    items_[item].total = total;
}

void Progress::tell(std::size_t item, std::uint64_t done)
{
    items_[item].done = done;
    if (shown_ == Shown::Bars && std::chrono::steady_clock::now() - last_ >= kPause)
        draw();
}

void Progress::end(std::size_t item, std::string_view how)
{
    if (!items_[item].how.empty())
        return;
    items_[item].how = how;
    if (shown_ == Shown::Bars)
        draw();
    if (shown_ == Shown::Lines)
        (void)sys::write_all(STDERR_FILENO, line(items_[item]) + "\n");
}

std::string Progress::line(const Item& item) const
{
    if (!item.how.empty())
        return format("{} {} {}", item.name, item.how,
                      item.total > 0 ? size_text(item.total) : size_text(item.done));
    if (item.total == 0)
        return format("{} {}", item.name, size_text(item.done));
    return format("{} {} {} of {}", item.name, bar(item.done, item.total), size_text(item.done),
                  size_text(item.total));
}

// The lines are written over those of the last time; each ends with "erase to the end of the line".
void Progress::draw()
{
    last_ = std::chrono::steady_clock::now();
    std::string text = drawn_ > 0 ? format("\x1b[{}A", drawn_) : "";
    const Room room = terminal_room();
    const std::size_t shown = std::min(items_.size(), room.lines);
    for (std::size_t i = items_.size() - shown; i < items_.size(); ++i)
        text += format("\r{}\x1b[K\n", cut(line(items_[i]), room.columns));
    drawn_ = shown;
    (void)sys::write_all(STDERR_FILENO, text);
}

}  // namespace fetcher
