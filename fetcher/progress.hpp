// How far downloads are, on standard error: bars on a terminal, a line for each that has ended
// elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fetcher {

class Progress {
public:
    enum class Shown : std::uint8_t { Bars, Lines, Nothing };

    Progress();  // bars if standard error is a terminal
    explicit Progress(Shown shown) : shown_(shown) {}

    // One that begins. `total` is in bytes; 0: nobody knows.
    std::size_t add(std::string name, std::uint64_t total);
    void expect(std::size_t item, std::uint64_t total);
    void tell(std::size_t item, std::uint64_t done);
    // Only the first word counts: "unpacked", "is there".
    void end(std::size_t item, std::string_view how);

private:
    struct Item {
        std::string name = {};
        std::uint64_t total = 0;
        std::uint64_t done = 0;
        std::string how = {};
    };
    void draw();
    std::string line(const Item& item) const;

    Shown shown_;
    std::vector<Item> items_ = {};
    std::size_t drawn_ = 0;  // lines that stand above the cursor
    std::chrono::steady_clock::time_point last_ = {};
};

// Such as "31.2 MiB".
std::string size_text(std::uint64_t bytes);

}  // namespace fetcher
