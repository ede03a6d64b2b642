#include "image/layer/open_ends.hpp"

#include <criterion/criterion.h>

using image::OpenEnds;

Test(open_ends, are_read_as_they_were_written)
{
    const OpenEnds ends = {.opaque_root = true,
                           .implicit = {"", "a", "a/caf\xc3\xa9", "latin\xe9/%41", "new\nline"},
                           .links = {{"a/\xff", "usr/\"quoted\""}},
                           .whiteouts = {"a/x"}};
    const std::string json = image::to_json(ends);
    const auto read = image::read_open_ends(json, "open.json");
    cr_assert(read, "%s", read ? "" : read.error().message().c_str());
    cr_expect(*read == ends, "%s", json.c_str());
    cr_expect(json.find("latin%E9/%2541") != std::string::npos, "%s", json.c_str());
}

Test(open_ends, none)
{
    cr_expect(OpenEnds().empty());
    cr_expect(image::read_open_ends(image::to_json({}), "open.json")->empty());
}

Test(open_ends, whoever_wrote_them_may_be_hostile)
{
    for (const std::string path :
         {"../x", "/x", "a//b", "a/", "a/./b", "%", "%4", "%zz", "%00", "%2E%2E"}) {
        const std::string json =
            R"({"opaqueRoot":false,"implicit":[],"links":[],"whiteouts":[")" + path + R"("]})";
        const auto read = image::read_open_ends(json, "open.json");
        cr_expect(!read, "%s", path.c_str());
        cr_expect(read || read.error().message().starts_with("open.json: "));
    }
    cr_expect(!image::read_open_ends("{}", "open.json"));
    cr_expect(!image::read_open_ends("", "open.json"));
}
