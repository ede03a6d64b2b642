// Sizes as a person writes them.
#include "spec/size.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

Test(size, is_read)
{
    const std::pair<const char*, std::uint64_t> kCases[] = {
        {"0", 0},
        {"1", 1},
        {"12b", 12},
        {"1k", 1024},
        {"1K", 1024},
        {"1kb", 1024},
        {"1KiB", 1024},
        {"32m", 33554432},
        {"1.5g", 1610612736},
        {"0.5k", 512},
        {"1.9", 1},
        {"0.0009765625m", 1024},
        {"1.00000000000000000000000000000000001k", 1024},
        {"2t", 2199023255552},
        {"8191p", 9222246136947933184},
        {"9223372036854775807", 9223372036854775807},
        {"007", 7},
    };
    for (const auto& [word, bytes] : kCases) {
        Size size;
        cr_assert(read_word(word, size), "%s", word);
        cr_expect(size.bytes == bytes, "%s: %lu", word, size.bytes);
    }
}

Test(size, refuses_all_else)
{
    for (const char* word : {"", "k", "-1", "+1", " 1", "1 k", "1.", ".5g", "1.2.3", "1x", "1kk",
                             "1bb", "1bib", "1e3", "0x10", "1,5g", "8192p", "9223372036854775808",
                             "99999999999999999999999999999999999999999999"}) {
        Size size;
        const auto read = read_word(word, size);
        cr_assert(!read, "%s", word);
        expect_same(read.error().message(), "\"" + std::string(word) +
                                                "\" is not a size like 32m, 1.5g or a number of "
                                                "bytes");
    }
}
