#include "runtime/id_mapped.hpp"

#include <criterion/criterion.h>

static const runtime::IdMaps kContainer = {
    .uids = {{.container_id = 0, .host_id = 100000, .size = 10},
             {.container_id = 50, .host_id = 700000, .size = 1}},
    .gids = {{.container_id = 0, .host_id = 200000, .size = 10}}};

Test(id_mapped, words_are_ranges_and_at_stands_for_ids_of_the_container)
{
    const auto maps =
        runtime::read_id_maps("uids=0-1000-10#@20-50-1;gids=@0-3-4294967295", kContainer);
    cr_assert(maps, "%s", maps ? "" : maps.error().doing.c_str());
    cr_expect(runtime::map_text(maps->uids) == "0 1000 10\n20 700000 1\n");
    cr_expect(runtime::map_text(maps->gids) == "0 200003 4294967295\n");
}

Test(id_mapped, what_is_no_map_is_refused)
{
    const struct {
        const char* words;
        const char* sentence;
    } kWrong[] = {
        {"", "uids are missing"},
        {"uids=0-1-1", "gids are missing"},
        {"uids=0-1-1;gids=", "gids: \"\" is no mapping such as 0-1000-10"},
        {"uids=0-1;gids=0-1-1", "uids: \"0-1\" is no mapping such as 0-1000-10"},
        {"uids=0-1-1-1;gids=0-1-1", "uids: \"0-1-1-1\" is no mapping such as 0-1000-10"},
        {"uids=0-1-0;gids=0-1-1", "uids: \"0-1-0\" is no mapping such as 0-1000-10"},
        {"uids=0--1-1;gids=0-1-1", "uids: \"0--1-1\" is no mapping such as 0-1000-10"},
        {"uids=0- 1-1;gids=0-1-1", "uids: \"0- 1-1\" is no mapping such as 0-1000-10"},
        {"uids=0-1-4294967296;gids=0-1-1",
         "uids: \"0-1-4294967296\" is no mapping such as 0-1000-10"},
        {"uids=@0-11-1;gids=0-1-1", "uids: @: 11 is not mapped in the container's user namespace"},
        {"pids=0-1-1", "\"pids\": uids= and gids= are known"},
    };
    for (const auto& [words, sentence] : kWrong) {
        const auto maps = runtime::read_id_maps(words, kContainer);
        cr_assert(!maps, "%s", words);
        cr_expect_str_eq(maps.error().doing.c_str(), sentence);
    }
}
