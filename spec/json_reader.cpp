#include "spec/json_reader.hpp"

#include <algorithm>
#include <memory>

#include "spec/text.hpp"

namespace spec {

static constexpr Type kObjectType = {.kind = Kind::Object};

JsonReader::JsonReader(const Table& table, void* into, std::string_view text, std::string_view name,
                       std::span<const std::string_view> refused)
    : text_(text), name_(name), root_field_{.type = &kObjectType, .table = &table}, into_(into)
{
    frames_.reserve(kDepthMost);  // frames stay where they are
    for (const std::string_view pattern : refused)
        refused_.push_back(pattern.substr(1));
}

static std::size_t skip(std::string_view text, std::size_t at, std::string_view what)
{
    return std::min(text.find_first_not_of(what, at), text.size());
}

static constexpr std::string_view kSpace = " \t\n\r";

// yajl does not say where a token begins: it is what follows the last one.
void JsonReader::token()
{
    start_ = skip(text_, end_, " \t\n\r,:");
    end_ = finishing_ ? text_.size() : yajl_get_bytes_consumed(yajl_);
}

Error JsonReader::fault(std::size_t at, std::string pointer, std::string_view sentence) const
{
    const std::string_view before = text_.substr(0, at);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto begins_character = [](char c) { return (c & 0xC0) != 0x80; };
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = 1 + std::ranges::count_if(before.substr(line_start), begins_character);
    const std::string colon = pointer.empty() ? "" : ": ";
    Error error = failed("{}:{}:{}: {}{}{}", name_, line, column, pointer, colon, sentence).error();
    error.place = {.pointer = std::move(pointer),
                   .line = static_cast<unsigned>(line),
                   .column = static_cast<unsigned>(column)};
    return error;
}

bool JsonReader::stop(std::size_t at, std::string pointer, std::string_view sentence)
{
    error_ = fault(at, std::move(pointer), sentence);
    return false;
}

// Whether reading goes on: what is wrong has then been read as if it were not there.
bool JsonReader::fail(std::size_t at, std::string pointer, std::string_view sentence,
                      std::string hint)
{
    Error error = fault(at, std::move(pointer), sentence);
    error.hint = std::move(hint);
    if (goes_on_ && faults_.size() < kFaultsMost) {
        faults_.push_back(std::move(error));
        return true;
    }
    error_ = std::move(error);
    return false;
}

// RFC 6901, of the value or key being read in the outer `depth` frames. A key longer than a message
// shows is cut here too.
std::string JsonReader::pointer(std::size_t depth) const
{
    std::string path;
    for (const Frame& frame : std::span(frames_).first(depth)) {
        path += '/';
        if (frame.array)
            path += std::to_string(frame.elements - 1);
        for (const char c : shown(frame.key))
            path += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    }
    return path;
}

static constexpr std::string_view kLexical = "lexical error: ";

// Where yajl stopped, what stands there, and what could have. `words` are yajl's own.
void JsonReader::fail_syntax(std::string_view words)
{
    const bool array = !frames_.empty() && frames_.back().array;
    std::size_t at = skip(text_, end_, kSpace);
    const auto passed = [&](char mark) {
        const bool here = at < text_.size() && text_[at] == mark;
        at = here ? skip(text_, at + 1, kSpace) : at;
        return here;
    };
    std::string_view needs = frames_.empty() ? "an object" : array ? "a value" : "a key in quotes";
    if (last_ == Last::Bracket)
        needs = array ? "a value or \"]\"" : "a key in quotes or \"}\"";
    else if (last_ == Last::Key)
        needs = passed(':') ? "a value" : "\":\"";
    else if (last_ == Last::Value && frames_.empty())
        needs = "the end of the text";
    else if (last_ == Last::Value && !passed(','))
        needs = array ? "\",\" or \"]\"" : "\",\" or \"}\"";

    const std::string_view rest = text_.substr(at);
    std::size_t length = rest.starts_with('"') ? rest.find_first_of("\"\n", 1)
                                               : rest.find_first_of(" \t\n\r,:[]{}\"", 1);
    if (rest.starts_with('"') && length < rest.size() && rest[length] == '"')
        length++;
    const std::string found = shown(rest.substr(0, length));
    std::string sentence = format("{} stands here, {} is needed", found, needs);
    if (rest.empty())
        sentence = format("the text ends here, {} is needed", needs);
    else if (words.starts_with(kLexical))
        sentence = format(
            "{} is no JSON: {}", found,
            words.substr(kLexical.size(), words.find_last_not_of(".\n") + 1 - kLexical.size()));
    else if (words.contains("premature EOF"))
        sentence = format("{} breaks off, the text ends in it", found);
    const bool in_value = last_ == Last::Key || frames_.empty();
    stop(at, pointer(frames_.size() - (in_value ? 0 : 1)), sentence);
}

static JsonReader& reader(void* context)
{
    return *static_cast<JsonReader*>(context);
}
static std::string_view view(const unsigned char* text, std::size_t size)
{
    return {reinterpret_cast<const char*>(text), size};
}

static constexpr yajl_callbacks kCallbacks = {
    .yajl_null = [](void* r) -> int { return reader(r).null(); },
    .yajl_boolean = [](void* r, int value) -> int { return reader(r).boolean(value); },
    .yajl_integer = nullptr,
    .yajl_double = nullptr,
    .yajl_number = [](void* r, const char* text, std::size_t size) -> int {
        return reader(r).number({text, size});
    },
    .yajl_string = [](void* r, const unsigned char* text, std::size_t size) -> int {
        return reader(r).string(view(text, size));
    },
    .yajl_start_map = [](void* r) -> int { return reader(r).open(false); },
    .yajl_map_key = [](void* r, const unsigned char* text, std::size_t size) -> int {
        return reader(r).key(view(text, size));
    },
    .yajl_end_map = [](void* r) -> int { return reader(r).close(); },
    .yajl_start_array = [](void* r) -> int { return reader(r).open(true); },
    .yajl_end_array = [](void* r) -> int { return reader(r).close(); },
};

bool JsonReader::check_encoding()
{
    if (text_.starts_with("\uFEFF"))
        return stop(0, "", "the text begins with a byte order mark, UTF-8 without one is needed");
    const std::size_t good = utf8_length(text_);
    if (good == text_.size())
        return true;
    const unsigned byte = static_cast<unsigned char>(text_[good]);
    return stop(good, "", format("byte 0x{:02x} is not UTF-8 here", byte));
}

// yajl's options stay as they come: comments, several values and what follows one are errors.
void JsonReader::parse()
{
    const std::unique_ptr<yajl_handle_t, void (*)(yajl_handle)> yajl(
        yajl_alloc(&kCallbacks, nullptr, this), yajl_free);
    yajl_ = yajl.get();
    const auto* bytes = reinterpret_cast<const unsigned char*>(text_.data());
    yajl_status status = yajl_parse(yajl_, bytes, text_.size());
    if (status == yajl_status_ok) {
        finishing_ = true;
        status = yajl_complete_parse(yajl_);
    }
    if (status == yajl_status_error) {
        unsigned char* words = yajl_get_error(yajl_, 0, nullptr, 0);
        fail_syntax(reinterpret_cast<const char*>(words));
        yajl_free_error(yajl_, words);
    }
}

Result<> JsonReader::read()
{
    if (text_.size() > kJsonMost)
        return failed("{}: is longer than {} bytes", name_, kJsonMost);
    if (check_encoding())
        parse();
    if (error_)
        return std::unexpected(*std::move(error_));
    return {};
}

std::vector<Error> JsonReader::read_to_the_end(Unknown unknown)
{
    goes_on_ = true;
    unknown_ = unknown;
    if (auto whole = read(); !whole)
        faults_.push_back(std::move(whole.error()));
    return std::move(faults_);
}

}  // namespace spec
