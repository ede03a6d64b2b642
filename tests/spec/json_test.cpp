#include "spec/json.hpp"

#include <criterion/criterion.h>

using namespace spec;

namespace {

enum class Colour { Red, Green };

struct Wheel {
    std::int32_t size = 0;
    std::optional<Colour> colour = {};
};
struct Car {
    std::string name = {};
    std::uint64_t mass = 0;
    std::optional<std::int64_t> balance = {};
    std::optional<std::uint8_t> doors = {};
    bool sold = false;
    std::vector<std::string> names = {};
    std::vector<Wheel> wheels = {};
    Map<std::string> notes = {};
    Map<Wheel> spares = {};
    std::optional<Wheel> front = {};
};

}  // namespace

template <>
inline constexpr auto spec::kWords<Colour> = spec::words("red", "green");

namespace {

std::string_view no_dash(std::string_view text)
{
    return text.contains('-') ? "has a dash" : "";
}
Verdict two_sizes(const std::vector<Wheel>& wheels)
{
    if (wheels.size() < 2 || wheels.back().size != wheels[0].size)
        return {};
    return Fault{"size", "is the first wheel's"};
}
Verdict red_is_big(const Wheel& wheel)
{
    if (wheel.colour != Colour::Red || wheel.size > 9)
        return {};
    return Fault{"colour", "red is for large wheels"};
}

constexpr Field kWheelFields[] = {
    field<&Wheel::size>("size", {.required = true, .range = Range{-5, 50}}),
    field<&Wheel::colour>("colour"),
};
constexpr Object<Wheel> kWheel = object<Wheel, red_is_big>(kWheelFields);

constexpr Field kCarFields[] = {
    field<&Car::name>("name", {.required = true, .check = no_dash}),
    field<&Car::mass>("mass"),
    field<&Car::balance>("balance"),
    field<&Car::doors>("doors"),
    field<&Car::sold>("sold"),
    field<&Car::names>("names", {.filled = true, .check = no_dash}),
    field<&Car::wheels, two_sizes>("wheels", kWheel),
    field<&Car::notes>("notes", {.check_key = no_dash}),
    field<&Car::spares>("spares", kWheel),
    field<&Car::front>("front", kWheel),
    ignored("horse"),
};
constexpr Object<Car> kCar = object<Car>(kCarFields);

std::string complaint(std::string_view text, std::span<const std::string_view> refused = {})
{
    const auto car = read_json(kCar, text, "car", refused);
    return car ? "" : car.error().message();
}

// The text is read as the value of a property that is no field.
std::string skipped(std::string value)
{
    return complaint(R"({"name": "x", "more": )" + value + "}");
}

}  // namespace

Test(json, reads_every_kind_of_field)
{
    const auto car =
        read_json(kCar, R"({"name": "\u00fc\ud83d\udc33\/", "mass": 18446744073709551615,
        "balance": -9223372036854775808, "sold": true, "names": ["a", "b"],
        "wheels": [{"size": -0}, {"size": 50, "colour": "red"}], "notes": {"": "", "a": "b"},
        "spares": {"one": {"size": -5}}, "front": {"colour": "green", "size": 1}})",
                  "car");
    cr_assert(car.has_value(), "%s", car.error().doing.c_str());
    cr_assert(car->name == "ü🐳/" && car->mass == UINT64_MAX && car->balance == INT64_MIN);
    cr_assert(!car->doors && car->sold && car->names.size() == 2 && car->names[1] == "b");
    cr_assert(car->wheels.size() == 2 && car->wheels[0].size == 0 && car->wheels[1].size == 50);
    cr_assert(!car->wheels[0].colour && car->wheels[1].colour == Colour::Red);
    cr_assert(car->notes.size() == 2 && car->notes.at("a") == "b");
    cr_assert(car->spares.at("one").size == -5 && car->front->colour == Colour::Green);
}

Test(json, null_stands_for_an_absent_property)
{
    const auto car = read_json(kCar, R"({"name": "x", "doors": null, "names": null, "front": null,
        "wheels": null, "notes": null, "sold": null, "other": [null]})",
                               "car");
    cr_assert(car.has_value() && !car->doors && !car->front && car->names.empty());
}

Test(json, an_error_carries_its_place)
{
    const auto car =
        read_json(kCar, "{\n\t\"name\": \"ü\", \"spares\": {\"a/b~c\": {\"size\": 51}}}", "car");
    const std::string pointer = car.error().place.pointer;
    cr_assert_str_eq(pointer.c_str(), "/spares/a~1b~0c/size");
    cr_assert_eq(car.error().place.line, 2u);
    cr_assert_eq(car.error().place.column, 44u);  // characters, not bytes
}

Test(json, says_what_is_wrong_and_what_is_allowed)
{
    static const struct {
        const char* text;
        const char* sentence;
    } kCases[] = {
        // syntax
        {"", "car:1:1: the text ends here, an object is needed"},
        {" \n ", "car:2:2: the text ends here, an object is needed"},
        {"{", "car:1:2: the text ends here, a key in quotes or \"}\" is needed"},
        {R"({"name")", "car:1:8: /name: the text ends here, \":\" is needed"},
        {R"({"name":)", "car:1:9: /name: the text ends here, a value is needed"},
        {R"({"name": "x)", "car:1:10: /name: \"x breaks off, the text ends in it"},
        {R"({"name": "x")", "car:1:13: the text ends here, \",\" or \"}\" is needed"},
        {R"({"mass": 12)", "car:1:12: the text ends here, \",\" or \"}\" is needed"},
        {R"({"name": "x",})", "car:1:14: } stands here, a key in quotes is needed"},
        {R"({"name": "x" "mass": 1})", "car:1:14: \"mass\" stands here, \",\" or \"}\" is needed"},
        {R"({"name" "x"})", "car:1:9: /name: \"x\" stands here, \":\" is needed"},
        {R"({"name":, "mass": 1})", "car:1:9: /name: , stands here, a value is needed"},
        {"{name: 1}", "car:1:2: name is no JSON: invalid string in json text"},
        {"{]", "car:1:2: ] stands here, a key in quotes or \"}\" is needed"},
        {R"({"names": ["a",]})", "car:1:16: /names: ] stands here, a value is needed"},
        {R"({"names": ["a" "b"]})",
         "car:1:16: /names: \"b\" stands here, \",\" or \"]\" is needed"},
        {R"({"name": "x"} {})", "car:1:15: { stands here, the end of the text is needed"},
        {R"({"name": "x"}])", "car:1:14: ] stands here, the end of the text is needed"},
        {R"({"name": "x"} x)", "car:1:15: x stands here, the end of the text is needed"},
        {R"({"mass": 01})", "car:1:11: 1 stands here, \",\" or \"}\" is needed"},
        {R"({"mass": +1})", "car:1:10: /mass: +1 is no JSON: invalid char in json text"},
        {R"({"mass": 1.})",
         "car:1:10: /mass: 1. is no JSON: malformed number, a digit is required "
         "after the decimal point"},
        {R"({"sold": tru})", "car:1:10: /sold: tru is no JSON: invalid string in json text"},
        {R"({"sold": True})", "car:1:10: /sold: True is no JSON: invalid char in json text"},
        {R"({"name": "a\q"})",
         "car:1:10: /name: \"a\\q\" is no JSON: inside a string, '\\' occurs "
         "before a character which it may not"},
        {"{\"name\": \"a\nb\"}",
         "car:1:10: /name: \"a is no JSON: invalid character inside string"},
        {R"({"name": "x" /* y */})",
         "car:1:14: /* is no JSON: probable comment found in input "
         "text, comments are not enabled"},
        {"\xEF\xBB\xBF{}",
         "car:1:1: the text begins with a byte order mark, UTF-8 without one is "
         "needed"},
        {"{\"name\":\n\"\xC0\x80\"}", "car:2:2: byte 0xc0 is not UTF-8 here"},
        {"[]", "car:1:1: this is an array, an object is needed"},
        {"12", "car:1:1: 12 is a number, an object is needed"},
        {"\"x\"", "car:1:1: \"x\" is a string, an object is needed"},
        {"null", "car:1:1: null is no value, an object is needed"},
        // keys
        {"{}", "car:1:1: \"name\" is missing"},
        {R"({"name": null})", "car:1:10: /name: null is no value, a string is needed"},
        {R"({"name": "x", "name": "y"})", "car:1:15: /name: stands twice in this object"},
        {R"({"name": "x", "doors": null, "doors": 1})",
         "car:1:30: /doors: stands twice in this object"},
        {R"({"name": "x", "n\u0061me": "y"})", "car:1:15: /name: stands twice in this object"},
        {R"({"name": "x", "a": 1, "a": 2})", "car:1:23: /a: stands twice in this object"},
        {R"({"name": "x", "notes": {"a": "", "a": ""}})",
         "car:1:34: /notes/a: stands twice in this object"},
        {R"({"Name": "x"})", "car:1:2: /Name: \"Name\" must be written \"name\""},
        {R"({"name": "x", "ma\u017Fs": 1})", "car:1:15: /maſs: \"maſs\" must be written \"mass\""},
        {R"({"name": "x", "HORSE": 1})", "car:1:15: /HORSE: \"HORSE\" must be written \"horse\""},
        {R"({"name": "x", "notes": {"a-b": ""}})", "car:1:25: /notes/a-b: \"a-b\" has a dash"},
        {R"({"name": "x", "notes": {"a": null}})",
         "car:1:30: /notes/a: null is no value, a string is needed"},
        // types
        {R"({"name": 12})", "car:1:10: /name: 12 is a number, a string is needed"},
        {R"({"name": true})", "car:1:10: /name: true is a boolean, a string is needed"},
        {R"({"name": {}})", "car:1:10: /name: this is an object, a string is needed"},
        {R"({"name": ["x"]})", "car:1:10: /name: this is an array, a string is needed"},
        {R"({"name": "a-b"})", "car:1:10: /name: \"a-b\" has a dash"},
        {R"({"name": "a\u0000b"})", "car:1:10: /name: \"a\\x00b\" contains a NUL"},
        {R"({"name": "a\ud800"})",
         "car:1:10: /name: \"a\\ud800\" contains half of a surrogate pair"},
        {R"({"sold": 1})", "car:1:10: /sold: 1 is a number, true or false is needed"},
        {R"({"sold": "true"})", "car:1:10: /sold: \"true\" is a string, true or false is needed"},
        {R"({"names": []})", "car:1:11: /names: is empty, at least one element is needed"},
        {R"({"names": {}})", "car:1:11: /names: this is an object, an array is needed"},
        {R"({"names": "a"})", "car:1:11: /names: \"a\" is a string, an array is needed"},
        {R"({"names": ["a", 5]})", "car:1:17: /names/1: 5 is a number, a string is needed"},
        {R"({"names": [null]})", "car:1:12: /names/0: null is no value, a string is needed"},
        {R"({"names": ["a", "b-"]})", "car:1:17: /names/1: \"b-\" has a dash"},
        {R"({"notes": []})", "car:1:11: /notes: this is an array, an object is needed"},
        {R"({"front": 1})", "car:1:11: /front: 1 is a number, an object is needed"},
        // numbers
        {R"({"mass": "12"})",
         "car:1:10: /mass: \"12\" is a string, a number from 0 to "
         "18446744073709551615 is needed"},
        {R"({"mass": -1})",
         "car:1:10: /mass: -1 is out of range, a number from 0 to "
         "18446744073709551615 is needed"},
        {R"({"mass": 18446744073709551616})",
         "car:1:10: /mass: 18446744073709551616 is out of range, "
         "a number from 0 to 18446744073709551615 is needed"},
        {R"({"mass": 1.0})",
         "car:1:10: /mass: 1.0 is not written in digits alone, a number from 0 to "
         "18446744073709551615 is needed"},
        {R"({"doors": 1e1})",
         "car:1:11: /doors: 1e1 is not written in digits alone, a number from 0 "
         "to 255 is needed"},
        {R"({"doors": 256})",
         "car:1:11: /doors: 256 is out of range, a number from 0 to 255 is needed"},
        {R"({"balance": -9223372036854775809})",
         "car:1:13: /balance: -9223372036854775809 is out of "
         "range, a number from -9223372036854775808 to 9223372036854775807 is needed"},
        {R"({"balance": 9223372036854775808})",
         "car:1:13: /balance: 9223372036854775808 is out of "
         "range, a number from -9223372036854775808 to 9223372036854775807 is needed"},
        {R"({"front": {"size": -6}})",
         "car:1:20: /front/size: -6 is out of range, a number from -5 to "
         "50 is needed"},
        // words, objects, arrays as a whole
        {R"({"front": {"size": 1, "colour": "Red"}})",
         "car:1:33: /front/colour: \"Red\" is not known, "
         "one of red, green is needed"},
        {R"({"front": {"size": 1, "colour": 3}})",
         "car:1:33: /front/colour: 3 is a number, one of red, "
         "green is needed"},
        {R"({"front": {"size": 1, "colour": "red"}})",
         "car:1:33: /front/colour: red is for large wheels"},
        {R"({"front": {}})", "car:1:11: /front: \"size\" is missing"},
        {R"({"spares": {"x": {}}})", "car:1:18: /spares/x: \"size\" is missing"},
        {R"({"wheels": [{"size": 1}, {"size": 1}]})",
         "car:1:35: /wheels/1/size: is the first wheel's"},
    };
    for (const auto& [text, sentence] : kCases) {
        const std::string found = complaint(text);
        cr_expect_str_eq(found.c_str(), sentence, "%s\nfound:    %s\nexpected: %s", text,
                         found.c_str(), sentence);
    }
}

Test(json, what_is_skipped_is_held_to_the_same_rules)
{
    static const struct {
        const char* value;
        const char* sentence;
    } kCases[] = {
        {"[1, 2.5e3, {\"a\": [true, null]}, \"\\u00e9\"]", ""},
        {R"({"a": 1, "A": 2, "name": 3, "Name": 4})", ""},
        {R"({"a": {"b": 1, "b": 2}})", "car:1:38: /more/a/b: stands twice in this object"},
        {R"([[], ["\u0000"]])", "car:1:29: /more/1/0: \"\\x00\" contains a NUL"},
        {R"({"\u0000": 1})", "car:1:24: /more/\\x00: \"\\x00\" contains a NUL"},
        {R"(["\udc00"])", "car:1:24: /more/0: \"\\udc00\" contains half of a surrogate pair"},
    };
    for (const auto& [value, sentence] : kCases) {
        const std::string found = skipped(value);
        cr_expect_str_eq(found.c_str(), sentence, "%s\nfound: %s", value, found.c_str());
    }
}

Test(json, a_refused_property_is_named_wherever_its_pattern_fits)
{
    static constexpr std::string_view kRefused[] = {"/front/colour", "/wheels/*/colour",
                                                    "/wheels/1/size", "/spares/*", "/unknown/a"};
    static const struct {
        const char* text;
        const char* sentence;
    } kCases[] = {
        {R"({"name": "x", "front": {"size": 1, "colour": null}, "spares": {}, "unknown": {"b": 1},
             "wheels": [{"size": 1}]})",
         ""},
        {R"({"front": {"colour": "green"}})", "car:1:22: /front/colour: is not carried out yet"},
        {R"({"wheels": [{"size": 1}, {"size": 2}]})",
         "car:1:35: /wheels/1/size: is not carried out yet"},
        {R"({"wheels": [{"colour": "red"}]})",
         "car:1:24: /wheels/0/colour: is not carried out yet"},
        {R"({"spares": {"x": {"size": 1}}})", "car:1:18: /spares/x: is not carried out yet"},
        {R"({"unknown": {"a": 1}})", "car:1:19: /unknown/a: is not carried out yet"},
    };
    for (const auto& [text, sentence] : kCases) {
        const std::string found = complaint(text, kRefused);
        cr_expect_str_eq(found.c_str(), sentence, "%s\nfound: %s", text, found.c_str());
    }
}

Test(json, long_values_and_control_characters_are_cut_and_escaped)
{
    const std::string number = complaint(R"({"mass": )" + std::string(500, '9') + "}");
    const std::string expected =
        "car:1:10: /mass: " + std::string(80, '9') +
        "... is out of range, a number from 0 to 18446744073709551615 is needed";
    cr_assert_str_eq(number.c_str(), expected.c_str());
    const std::string key = complaint(R"({"name": "x", "\u001b[2J": {"a": 1, "a": 2}})");
    cr_assert_str_eq(key.c_str(), "car:1:37: /\\x1b[2J/a: stands twice in this object");
}

Test(json, depth_is_limited)
{
    const auto nested = [](std::size_t levels) {
        return skipped(std::string(levels, '[') + std::string(levels, ']'));
    };
    const std::string fits = nested(kDepthMost - 1);
    cr_assert_str_eq(fits.c_str(), "");
    const std::string deep = nested(kDepthMost);
    cr_assert(deep.starts_with("car:1:86: /more/0/0/") &&
              deep.ends_with("is nested deeper than 64 levels"));
}

Test(json, size_is_limited)
{
    std::string text = R"({"name": "x"})";
    text.append(kJsonMost - text.size(), ' ');
    const std::string fits = complaint(text);
    cr_assert_str_eq(fits.c_str(), "");
    const std::string large = complaint(text + ' ');
    cr_assert_str_eq(large.c_str(), "car: is longer than 4194304 bytes");
}

// What is not linear takes an hour; an interpreted machine (scripts/vm), some seconds.
Test(json, no_text_of_4_mib_hangs, .timeout = 300)
{
    const auto filled = [](std::string_view head, auto next) {
        std::string text(head);
        for (std::size_t i = 0; text.size() < kJsonMost - 32; i++)
            text += next(i);
        return text;
    };
    const std::string hostile[] = {
        filled("", [](std::size_t) { return "["; }),
        filled("", [](std::size_t) { return "{\"a\":"; }),
        filled("{\"name\":\"x\"",
               [](std::size_t i) { return ",\"" + std::to_string(i) + "\":0"; }) +
            "}",
        filled("{\"notes\":{\"\":\"\"",
               [](std::size_t i) { return ",\"" + std::to_string(i) + "\":\"\""; }),
        filled("{\"names\":[\"\"", [](std::size_t) { return ",\"\""; }),
        filled("{\"names\":[{}", [](std::size_t) { return ",{}"; }),
        filled("{\"more\":[{}", [](std::size_t) { return ",{}"; }),
        filled("{\"mass\":1", [](std::size_t) { return "0"; }),
        filled("{\"name\":\"", [](std::size_t) { return "\\u00e9"; }),
        filled("{", [](std::size_t) { return "\n"; }),
    };
    for (const std::string& text : hostile)
        (void)complaint(text);
}
