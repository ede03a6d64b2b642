#include "spec/manual.hpp"

#include <criterion/criterion.h>

namespace {

struct Told {
    bool quiet = false;
    std::string root = {};
};

constexpr spec::Option kTold[] = {
    spec::option<&Told::root>("root", 'r', "DIR", ".hidden, or C:\\"),
    spec::option<&Told::quiet>("quiet", 0, "", "say less"),
};
constexpr spec::Verb kTell = {.name = "tell",
                              .arguments = "ID",
                              .summary = "tells",
                              .options = kTold,
                              .details = "one\n'two'"};
constexpr const spec::Verb* kVerbs[] = {&kTell};
constexpr spec::Program kMany = {
    .name = "teller", .summary = "Tells. And more.", .options = kTold, .verbs = kVerbs};

constexpr spec::Verb kAlone = {
    .name = "", .arguments = "URI", .summary = "tells", .options = kTold};
constexpr const spec::Verb* kOne[] = {&kAlone};
constexpr spec::Program kSingle = {
    .name = "teller", .summary = "Tells", .options = {}, .verbs = kOne};

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

}  // namespace

Test(manual, a_page_has_every_option_of_every_verb)
{
    const auto page = spec::manual_text(kMany);
    cr_expect(has(page, "\n.SH NAME\nteller \\- tells\n"));
    cr_expect(has(page, "\n.SS \\fBtell\\fR\n\\fBteller\\fR \\fBtell\\fR [options] \\fIID\\fR\n"));
    cr_expect(has(page, ".TP\n\\fB\\-r\\fR, \\fB\\-\\-root\\fR \\fIDIR\\fR\n"));
    cr_expect(has(page, ".TP\n\\fB\\-\\-quiet\\fR\nsay less\n"));
}

Test(manual, what_would_be_a_request_of_roff_is_text)
{
    const auto page = spec::manual_text(kMany);
    cr_expect(has(page, "\n\\&.hidden, or C:\\e\n"));
    cr_expect(has(page, ".nf\none\n\\&'two'\n.fi\n"));
}

Test(manual, a_program_that_does_one_thing_has_no_verbs)
{
    const auto page = spec::manual_text(kSingle);
    cr_expect(has(page, ".SH SYNOPSIS\n\\fBteller\\fR [options] \\fIURI\\fR\n"));
    cr_expect(has(page, "\\fB\\-\\-quiet\\fR"));
    cr_expect(!has(page, ".SH VERBS"));
}
