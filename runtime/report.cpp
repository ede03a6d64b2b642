#include "runtime/report.hpp"

#include "spec/json_writer.hpp"
#include "spec/text.hpp"

namespace runtime {

namespace {

constexpr std::size_t kShown = 4096;  // bytes of one value

std::string text_of(const Value& value)
{
    if (const auto* number = std::get_if<std::uint64_t>(&value.is))
        return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value.is))
        return spec::shown(*text, kShown);
    std::string list;
    for (const auto& word : std::get<std::vector<std::string>>(value.is))
        list += (list.empty() ? "" : " ") + spec::shown(word, kShown);
    return list;
}

}  // namespace

std::string as_text(const std::vector<Heading>& headings)
{
    std::string text;
    for (const auto& heading : headings) {
        text += heading.name + "\n";
        for (const auto& row : heading.rows) {
            std::string line;
            for (const auto& value : row)
                if (const auto shown = text_of(value); !shown.empty())
                    line += "  " + value.name + " " + shown;
            text += line + "\n";
        }
    }
    return text;
}

std::string as_json(const std::vector<Heading>& headings)
{
    spec::JsonWriter json(spec::JsonWriter::Layout::Indented);
    json.array();
    for (const auto& heading : headings) {
        json.object().member("step", heading.name).key("does").array();
        for (const auto& row : heading.rows) {
            json.object();
            for (const auto& [name, is] : row) {
                json.key(name);
                if (const auto* number = std::get_if<std::uint64_t>(&is)) {
                    json.value(*number);
                } else if (const auto* text = std::get_if<std::string>(&is)) {
                    json.value(*text);
                } else {
                    json.array();
                    for (const auto& word : std::get<std::vector<std::string>>(is))
                        json.value(word);
                    json.end();
                }
            }
            json.end();
        }
        json.end().end();
    }
    return json.end().text();
}

}  // namespace runtime
