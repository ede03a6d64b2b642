// Writes JSON as a stream: on one line for programs, or indented for people.
#pragma once

#include <yajl/yajl_gen.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace spec {

//     JsonWriter json;
//     json.object().member("id", id).key("pids").array().value(1).value(2).end().end();
//     puts(json.text().c_str());
//
// What is written is always JSON: bytes that are not UTF-8 become U+FFFD each (names of files and
// annotations may hold any). Calls in an order that makes no JSON abort.
class JsonWriter {
public:
    enum class Layout : unsigned char { Compact, Indented };
    explicit JsonWriter(Layout layout = Layout::Compact);

    JsonWriter& object() { return open('{'); }
    JsonWriter& array() { return open('['); }
    JsonWriter& end();
    JsonWriter& key(std::string_view name) { return value(name); }
    JsonWriter& null() { return atom("null"); }
    JsonWriter& value(std::string_view text);
    template <std::integral T>  // and no pointer, which would become a bool
    JsonWriter& value(T it)
    {
        if constexpr (std::same_as<T, bool>)
            return atom(it ? "true" : "false");
        else
            return atom(std::to_string(it));
    }
    JsonWriter& hundredths(std::uint64_t it);  // 1234 is the number 12.34
    template <class T>
    JsonWriter& member(std::string_view name, const T& its)
    {
        return key(name).value(its);
    }

    // What has been written; of Layout::Indented with a newline at the end.
    std::string text();

private:
    JsonWriter& open(char bracket);
    JsonWriter& atom(std::string_view text);
    void begin();

    std::unique_ptr<yajl_gen_t, void (*)(yajl_gen)> yajl_;
    std::string open_ = {};  // the brackets that are open; the last one may wait
    bool waits_ = false;     // for its first element: yajl would break the line within "{}"
};

}  // namespace spec
