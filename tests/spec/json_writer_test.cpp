#include "spec/json_writer.hpp"

#include <criterion/criterion.h>

#include <csignal>
#include <cstdint>

using spec::JsonWriter;

static void write_state(JsonWriter& json)
{
    json.object().member("id", "web").member("pid", 42).member("paused", false);
    json.key("annotations").object().end();
    json.key("cpus").array().value(UINT64_MAX).value(INT64_MIN).null().end();
    json.end();
}

Test(json_writer, writes_one_line_for_programs)
{
    JsonWriter json;
    write_state(json);
    const std::string text = json.text();
    cr_assert_str_eq(text.c_str(), R"({"id":"web","pid":42,"paused":false,"annotations":{},)"
                                   R"("cpus":[18446744073709551615,-9223372036854775808,null]})");
}

Test(json_writer, indents_for_people)
{
    JsonWriter json(JsonWriter::Layout::Indented);
    write_state(json);
    const std::string text = json.text();
    cr_assert_str_eq(text.c_str(), R"({
    "id": "web",
    "pid": 42,
    "paused": false,
    "annotations": {},
    "cpus": [
        18446744073709551615,
        -9223372036854775808,
        null
    ]
}
)");
}

Test(json_writer, escapes_what_json_cannot_hold_and_replaces_what_is_not_utf8)
{
    JsonWriter json;
    json.array().value("a\"\\\n\x01/é").value("x\xFFy\xC0\x80\xED\xA0\x80").value("").end();
    const std::string text = json.text();
    cr_assert_str_eq(text.c_str(),
                     "[\"a\\\"\\\\\\n\\u0001/é\",\"x\uFFFDy\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\",\"\"]");
}

Test(json_writer, a_nul_survives)
{
    JsonWriter json;
    json.value(std::string_view("a\0b", 3));
    const std::string text = json.text();
    cr_assert_str_eq(text.c_str(), "\"a\\u0000b\"");
}

Test(json_writer, aborts_where_a_key_is_no_string, .signal = SIGABRT)
{
    JsonWriter json;
    json.object().value(1);
}

Test(json_writer, aborts_where_nothing_is_open, .signal = SIGABRT)
{
    JsonWriter json;
    json.end();
}
