#include "spec/json.hpp"

#include <algorithm>
#include <charconv>

#include "spec/faults.hpp"
#include "spec/json_reader.hpp"
#include "spec/nearest.hpp"
#include "spec/text.hpp"

namespace spec {

bool JsonReader::wrong(std::string_view sentence, std::string hint)
{
    return fail(start_, pointer(frames_.size()), sentence, std::move(hint));
}

Range JsonReader::range(const Slot& slot)
{
    return slot.field->rules.range.value_or(slot.type->range);
}

std::string JsonReader::needed(const Slot& slot)
{
    std::string list = "one of";
    switch (slot.type->kind) {
        case Kind::Boolean:
            return "true or false";
        case Kind::Integer:
            return format("a number from {} to {}", range(slot).least, range(slot).most);
        case Kind::String:
            return "a string";
        case Kind::Array:
            return "an array";
        case Kind::Word:
            for (const std::string_view word : slot.type->words)
                list += format("{} {}", list.ends_with("of") ? "" : ",", word);
            return list;
        default:
            return "an object";
    }
}

// For a value that is not what its field is for.
bool JsonReader::mismatch(const Slot& slot, std::string_view found)
{
    return wrong(format("{}, {} is needed", found, needed(slot)));
}

JsonReader::Slot JsonReader::expected() const
{
    if (frames_.empty())
        return {&root_field_, root_field_.type};
    const Frame& top = frames_.back();
    if (!top.field)
        return {};
    if (top.type->kind != Kind::Object)
        return {top.field, top.type->element};
    if (!top.property || !top.property->type)
        return {};
    return {top.property, top.property->type};
}

// Where the value in `slot` goes, made ready for it.
void* JsonReader::place(const Slot& slot)
{
    if (frames_.empty())
        return into_;
    const Frame& top = frames_.back();
    void* place = top.type->kind == Kind::Array ? top.type->append(top.place)
                  : top.type->kind == Kind::Map ? top.type->insert(top.place, top.key)
                                                : slot.field->member(top.place);
    return slot.type->emplace ? slot.type->emplace(place) : place;
}

// Follows the patterns of refused properties one step down; false where one of them ends.
bool JsonReader::narrow()
{
    if (frames_.empty())
        return true;
    const Frame& top = frames_.back();
    refused_.clear();
    for (const std::string_view pattern : top.refused) {
        const std::string_view part = pattern.substr(0, pattern.find('/'));
        if (part != "*" && part != (top.array ? std::to_string(top.elements - 1) : top.key))
            continue;
        if (part.size() == pattern.size())
            return wrong("is not carried out yet");
        refused_.push_back(pattern.substr(part.size() + 1));
    }
    return true;
}

// Every value begins here, null excepted.
bool JsonReader::begin(Slot& slot)
{
    token();
    last_ = Last::Value;
    if (!frames_.empty()) {
        Frame& top = frames_.back();
        top.elements++;
        if (top.property)
            top.starts[static_cast<std::size_t>(top.property - &top.field->table->fields[0])] =
                start_;
    }
    slot = expected();
    return narrow();
}

bool JsonReader::null()
{
    token();
    last_ = Last::Value;
    if (!frames_.empty())
        frames_.back().elements++;
    const Slot slot = expected();
    const bool absent =
        !slot.field || (!frames_.empty() && frames_.back().property && !slot.field->rules.required);
    return absent || mismatch(slot, "null is no value");
}

bool JsonReader::boolean(bool value)
{
    Slot slot;
    if (!begin(slot))
        return false;
    if (!slot.field)
        return true;
    if (slot.type->kind != Kind::Boolean)
        return mismatch(slot, value ? "true is a boolean" : "false is a boolean");
    slot.type->store(place(slot), value);
    return true;
}

bool JsonReader::number(std::string_view digits)
{
    Slot slot;
    if (!begin(slot))
        return false;
    if (!slot.field)
        return true;
    if (slot.type->kind != Kind::Integer)
        return mismatch(slot, format("{} is a number", shown(digits)));
    if (digits.find_first_of(".eE") != digits.npos)
        return mismatch(slot, format("{} is not written in digits alone", shown(digits)));
    const bool negative = digits[0] == '-';
    std::uint64_t size = 0;
    const auto end = digits.data() + digits.size();
    const bool fits = std::from_chars(digits.data() + negative, end, size).ec == std::errc();
    const auto [least, most] = range(slot);
    const auto bound = static_cast<std::uint64_t>(least);
    const bool inside = negative && size ? least < 0 && size <= 0 - bound
                                         : size <= most && (least < 0 || size >= bound);
    if (!fits || !inside)
        return mismatch(slot, format("{} is out of range", shown(digits)));
    slot.type->store(place(slot), negative ? 0 - size : size);
    return true;
}

bool JsonReader::check_text(std::string_view text)
{
    const std::string_view raw = text_.substr(start_, end_ - start_);
    if (text.contains('\0'))
        return wrong(format("{} contains a NUL", quoted(text)));
    if (raw.contains('\\') && lone_surrogate(raw))
        return wrong(format("{} contains half of a surrogate pair", shown(raw)));
    return true;
}

bool JsonReader::string(std::string_view value)
{
    Slot slot;
    if (!begin(slot) || !check_text(value))
        return false;
    if (!slot.field)
        return true;
    if (slot.type->kind == Kind::Word) {
        const auto found = std::ranges::find(slot.type->words, value);
        if (found == slot.type->words.end())
            return mismatch(slot, format("{} is not known", quoted(value)));
        slot.type->store(place(slot), static_cast<std::uint64_t>(found - slot.type->words.begin()));
        return true;
    }
    if (slot.type->kind != Kind::String)
        return mismatch(slot, format("{} is a string", quoted(value)));
    const Rules& rules = slot.field->rules;
    if (const std::string_view why = rules.check ? rules.check(value) : ""; !why.empty())
        return wrong(format("{} {}", quoted(value), why));
    *static_cast<std::string*>(place(slot)) = value;
    return true;
}

bool JsonReader::fits(const Slot& slot, bool array)
{
    const Kind kind = slot.type->kind;
    return array ? kind == Kind::Array : kind == Kind::Object || kind == Kind::Map;
}

bool JsonReader::open(bool array)
{
    Slot slot;
    if (!begin(slot))
        return false;
    if (frames_.size() == kDepthMost)
        return stop(start_, pointer(frames_.size()),
                    format("is nested deeper than {} levels", kDepthMost));
    Frame frame{.field = slot.field,
                .type = slot.type,
                .array = array,
                .start = start_,
                .refused = std::move(refused_)};
    if (slot.field && !fits(slot, array)) {
        if (!mismatch(slot, array ? "this is an array" : "this is an object"))
            return false;
        frame.field = nullptr;
        frame.type = nullptr;
    } else if (slot.field) {
        frame.place = place(slot);
        if (slot.type->kind == Kind::Object)
            frame.starts.resize(slot.field->table->fields.size());
    }
    frames_.push_back(std::move(frame));
    last_ = Last::Bracket;
    return true;
}

bool JsonReader::key(std::string_view name)
{
    token();
    last_ = Last::Key;
    Frame& top = frames_.back();
    top.key = name;
    top.property = nullptr;
    if (!check_text(name))
        return false;
    if (!top.keys.insert(top.key).second)
        return wrong("stands twice in this object");
    return !top.field || check_property(top);
}

// The key just read in an object we know: finds its field, or checks it as a map's.
bool JsonReader::check_property(Frame& frame)
{
    const Rules& rules = frame.field->rules;
    if (frame.type->kind == Kind::Map) {
        const std::string_view why = rules.check_key ? rules.check_key(frame.key) : "";
        return why.empty() || wrong(format("{} {}", quoted(frame.key), why));
    }
    const auto fields = frame.field->table->fields;
    const auto same = std::ranges::find(fields, frame.key, &Field::name);
    if (same != fields.end()) {
        frame.property = &*same;
        return true;
    }
    const auto like = std::ranges::find(fields, case_folded(frame.key),
                                        [](const Field& field) { return case_folded(field.name); });
    if (like != fields.end())
        return wrong(format("{} must be written \"{}\"", quoted(frame.key), like->name));
    return unknown_ == Unknown::Skipped || tell_unknown(fields);
}

bool JsonReader::tell_unknown(std::span<const Field> fields)
{
    std::vector<std::string_view> names;
    for (const Field& field : fields)
        names.push_back(field.name);
    const auto meant = nearest(frames_.back().key, names);
    return wrong("is unknown", meant.empty() ? "" : format("did you mean \"{}\"?", meant));
}

// Says what is wrong with the object or array that closes.
bool JsonReader::blame(const Fault& fault)
{
    const Frame& top = frames_.back();
    std::string path = pointer(frames_.size() - 1);
    std::size_t at = top.start;
    if (!fault.property.empty()) {
        const auto fields = top.field->table->fields;
        const auto field = std::ranges::find(fields, fault.property, &Field::name);
        at = top.starts[static_cast<std::size_t>(field - fields.begin())];
        path += format("/{}", fault.property);
    }
    return fail(at, std::move(path), fault.reason);
}

bool JsonReader::check_closed()
{
    const Frame& top = frames_.back();
    if (top.type->kind == Kind::Array && top.field->rules.filled && !top.elements)
        return blame({.reason = "is empty, at least one element is needed"});
    if (top.type->kind != Kind::Object)
        return true;
    const Table& table = *top.field->table;
    const std::size_t before = faults_.size();
    for (std::size_t i = 0; i < table.fields.size(); i++)
        if (table.fields[i].rules.required && !top.starts[i] &&
            !blame({.reason = format("\"{}\" is missing", table.fields[i].name)}))
            return false;
    if (faults_.size() > before)  // what is not whole is not judged
        return true;
    if (const Verdict fault = table.check ? table.check(top.place) : Verdict())
        return blame(*fault);
    const Frame* outer = frames_.size() > 1 ? &frames_[frames_.size() - 2] : nullptr;
    if (outer && outer->array && outer->field->check_each)
        if (const Verdict fault = outer->field->check_each(outer->place))
            return blame(*fault);
    return true;
}

bool JsonReader::close()
{
    token();
    last_ = Last::Value;
    if (frames_.back().field && !check_closed())
        return false;
    frames_.pop_back();
    return true;
}

Result<> read_json(const Table& table, void* into, std::string_view text, std::string_view name,
                   std::span<const std::string_view> refused)
{
    return JsonReader(table, into, text, name, refused).read();
}

std::vector<Error> find_faults(const Table& table, void* into, std::string_view text,
                               std::string_view name, std::span<const std::string_view> refused,
                               Unknown unknown)
{
    return JsonReader(table, into, text, name, refused).read_to_the_end(unknown);
}

}  // namespace spec
