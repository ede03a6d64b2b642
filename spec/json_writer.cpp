#include "spec/json_writer.hpp"

#include <cstdlib>
#include <utility>

#include "spec/result.hpp"
#include "spec/text.hpp"

namespace spec {

// yajl fails only where the caller's order of calls makes no JSON.
static void check(yajl_gen_status status)
{
    if (status != yajl_gen_status_ok)
        std::abort();
}

JsonWriter::JsonWriter(Layout layout) : yajl_(yajl_gen_alloc(nullptr), yajl_gen_free)
{
    yajl_gen_config(yajl_.get(), yajl_gen_beautify, layout == Layout::Indented);
}

void JsonWriter::begin()
{
    if (waits_)
        check(open_.back() == '{' ? yajl_gen_map_open(yajl_.get())
                                  : yajl_gen_array_open(yajl_.get()));
    waits_ = false;
}

JsonWriter& JsonWriter::open(char bracket)
{
    begin();
    open_ += bracket;
    waits_ = true;
    return *this;
}

JsonWriter& JsonWriter::end()
{
    if (open_.empty())
        std::abort();
    const bool object = open_.back() == '{';
    open_.pop_back();
    if (std::exchange(waits_, false))
        return atom(object ? "{}" : "[]");
    check(object ? yajl_gen_map_close(yajl_.get()) : yajl_gen_array_close(yajl_.get()));
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text)
{
    begin();
    std::string clean;
    while (true) {
        const std::size_t good = utf8_length(text);
        clean += text.substr(0, good);
        if (good == text.size())
            break;
        clean += "\uFFFD";
        text.remove_prefix(good + 1);
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(clean.data());
    check(yajl_gen_string(yajl_.get(), bytes, clean.size()));
    return *this;
}

// yajl writes a "number" as it stands.
JsonWriter& JsonWriter::hundredths(std::uint64_t it)
{
    return atom(format("{}.{:02}", it / 100, it % 100));
}

JsonWriter& JsonWriter::atom(std::string_view text)
{
    begin();
    check(yajl_gen_number(yajl_.get(), text.data(), text.size()));
    return *this;
}

std::string JsonWriter::text()
{
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    check(yajl_gen_get_buf(yajl_.get(), &bytes, &size));
    return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace spec
