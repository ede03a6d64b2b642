// The options of `run` and `launch` that are for an image only: with a bundle, config.json has
// decided. Most are given on to the program `image`, word for word; they are read here, too, so
// that what is wrong with them is told before anything is made.
#pragma once

#include <array>
#include <utility>

#include "shim/verbs.hpp"

namespace shim {

// Of the row I of a table.
template <const auto& Rows, std::size_t I, bool IsGivenOn>
Result<> store_of_image(void* into, std::string_view word)
{
    TRY(Rows[I].store(into, word));
    auto& options = *static_cast<Options*>(into);
    if (options.of_image.empty())
        options.of_image = format("--{}", Rows[I].name);
    if constexpr (IsGivenOn)
        options.given_on.push_back(format("--{}={}", Rows[I].name, word));
    return {};
}

template <const auto& Rows, bool IsGivenOn>
constexpr auto of_image()
{
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array{
            spec::Option{Rows[I].name, Rows[I].letter, Rows[I].value, Rows[I].help,
                         store_of_image<Rows, I, IsGivenOn>}...,
        };
    }(std::make_index_sequence<std::size(Rows)>());
}

inline Result<> read_uri(void* into, std::string_view word)
{
    static_cast<Options*>(into)->files.push_back({.uri = std::string(word)});
    return {};
}

inline Result<> not_yet(void*, std::string_view)
{
    return failed("of an image it is not carried out yet, and of a bundle config.json decides it");
}

inline constexpr auto kGivenOn =
    spec::joined(spec::container_options<Options>(), spec::pull_options<Options>());

inline constexpr spec::Option kOwnOfImage[] = {
    spec::option<&Options::pull>("pull", 0, "WHEN", "missing (the default), always or never"),
    {"uri", 0, "URI", "a file for its sandbox; an archive is extracted there", read_uri},
    spec::option<&Options::files>("fetch", 0, "src=URI,...",
                                  "the same, with dst=NAME, sha256=HEX, extract=no, executable"),
};

inline constexpr spec::Option kNotYet[] = {
    {"cap-add", 0, "NAME", "not carried out yet, as the rest of these", not_yet},
    {"cap-drop", 0, "NAME", "", not_yet},
    {"mount", 0, "MOUNT", "", not_yet},
    {"privileged", 0, "", "", not_yet},
};

inline constexpr auto kImageOptions =
    spec::joined(of_image<kGivenOn, true>(), of_image<kOwnOfImage, false>(), kNotYet);

}  // namespace shim
