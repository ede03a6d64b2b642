#include "spec/nearest.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "spec/text.hpp"

namespace spec {

// Levenshtein's distance, of words without regard to case.
static std::size_t distance(const std::string& one, const std::string& other)
{
    std::vector<std::size_t> row(other.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j < row.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i - 1] != other[j - 1]);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> words)
{
    constexpr std::size_t most = 64;  // letters of a word that somebody may have meant
    std::string_view best;
    std::size_t least = word.size() / 3 + 1;
    if (word.size() > most)
        return best;
    for (const auto each : words)
        if (const auto far = distance(case_folded(word), case_folded(each)); far < least) {
            least = far;
            best = each;
        }
    return best;
}

}  // namespace spec
