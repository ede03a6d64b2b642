// The rows of a known list of what container tools get wrong between layers, one by one.
#include "image/stack/fix.hpp"

#include "tests/image/layer_shown.hpp"

using enum model::Kind;
using model::Chain;
using model::Items;

// "a/ a/file=text link->target": what is shown, in one line.
static std::string names(const model::Shown& shown, const Chain& chain)
{
    std::string text;
    for (const auto& [path, line] : shown) {
        const auto entry = *chain.stack.lookup(path, image::Follow::No);
        cr_assert(entry);
        if (path.empty())
            continue;
        text += (text.empty() ? "" : " ") + path;
        if (entry->is_folder())
            text += "/";
        if (entry->is_symlink())
            text += "->" + *chain.stack.target_of(*entry);
        if (S_ISREG(entry->status.st_mode))
            text += "=" + *sys::read_file(
                              AT_FDCWD,
                              format("/proc/self/fd/{}", chain.stack.open(*entry, O_PATH)->get()),
                              1000);
    }
    return text;
}

// Applies the layers in all four ways, which have to agree, to the last attribute.
static std::string result(const std::vector<Items>& layers)
{
    Chain chain;
    model::Tree tree;
    for (const auto& items : layers) {
        chain.add(items);
        cr_expect(model::apply(tree, items).fine);
    }
    const auto right = model::shown(tree);
    const auto stack = model::shown(chain.stack);
    const auto flat = model::flattened(chain);
    cr_expect(stack == right, "stack:%s", model::difference(right, stack).c_str());
    cr_expect(flat == right, "flat:%s", model::difference(right, flat).c_str());
    if (model::can_mount()) {
        const auto mounted = model::mounted(chain);
        cr_expect(mounted == right, "mounted:%s", model::difference(right, mounted).c_str());
    }
    return names(stack, chain);
}

static const Items kUsr = {
    {.kind = Folder, .path = "", .mode = 0711, .modified = 5},
    {.kind = Folder, .path = "usr", .mode = 0750, .uid = 7, .modified = -9},
    {.kind = Folder, .path = "usr/bin", .gid = 8, .modified = 9, .xattr = "kept"},
    {.kind = File,
     .path = "usr/bin/old",
     .text = "old",
     .mode = 04711,
     .uid = 3,
     .modified = 99,
     .xattr = "of the file"},
    {.kind = Symlink, .path = "bin", .text = "usr/bin", .modified = 3}};

static void expect(const std::vector<Items>& layers, const char* right)
{
    const std::string shown = result(layers);
    cr_expect_str_eq(shown.c_str(), right);
}

Test(fix, row_1_a_whiteout_does_not_hide_what_its_own_layer_has)
{
    expect(
        {{{File, "a/foo", "1"}, {File, "a/bar", "1"}}, {{File, "a/foo", "2"}, {Whiteout, "a/foo"}}},
        "a/ a/bar=1 a/foo=2");
}

Test(fix, rows_2_and_3_a_folder_that_is_replaced_has_nothing_old)
{
    expect({{{File, "a/old", "1"}}, {{Whiteout, "a"}, {Folder, "a"}, {File, "a/new", "2"}}},
           "a/ a/new=2");
}

Test(fix, rows_4_and_5_an_opaque_folder_shows_its_own_layer_only)
{
    expect({{{File, "a/b/old", "1"}, {Folder, "a", "", 0700, 5}},
            {{File, "a/b/new", "2"}, {Opaque, "a"}}},
           "a/ a/b/ a/b/new=2");
}

Test(fix, row_6_an_opaque_root_hides_all_but_the_roots_attributes)
{
    expect({kUsr, {{Opaque, ""}, {File, "bin/new", "2"}}}, "bin/ bin/new=2");
    Chain chain;
    chain.add(kUsr);
    const auto fix = chain.add({{Opaque, ""}, {File, "new", "2"}});
    cr_expect(fix.hides_all && fix.needed);
    cr_expect_eq(chain.stack.size(), 2);
}

Test(fix, row_7_entries_go_where_a_lower_symlink_leads)
{
    expect({kUsr, {{File, "bin/new", "2"}, {Folder, "bin/sub"}, {File, "bin/sub/deep", "3"}}},
           "bin->usr/bin usr/ usr/bin/ usr/bin/new=2 usr/bin/old=old usr/bin/sub/ "
           "usr/bin/sub/deep=3");
}

Test(fix, row_7_symlinks_stay_in_the_root_and_make_what_they_miss)
{
    expect({{{Symlink, "out", "../../../far/./away"}, {Symlink, "again", "/out/./y"}},
            {{File, "again/new", "2"}}},
           "again->/out/./y far/ far/away/ far/away/y/ far/away/y/new=2 out->../../../far/./away");
}

Test(fix, row_7_a_file_where_a_symlink_leads_becomes_a_folder)
{
    expect({{{File, "file", "1"}, {Symlink, "link", "file"}}, {{File, "link/new", "2"}}},
           "file/ file/new=2 link->file");
}

Test(fix, row_7_symlinks_that_lead_to_each_other_are_an_error)
{
    Chain chain;
    chain.add({{Symlink, "a", "b"}, {Symlink, "b", "a"}});
    const auto fix = chain.try_add({{File, "a/new", "2"}});
    cr_assert(!fix);
    const std::string message = fix.error().message();
    cr_expect_str_eq(message.c_str(),
                     "bring /a to where it belongs: follow a: too many levels of symbolic links "
                     "(ELOOP)");
}

Test(fix, row_7_hard_links_stay_such_wherever_their_names_go)
{
    expect({kUsr, {{File, "bin/one", "2"}, {Link, "bin/two", "bin/one"}, {Link, "x", "bin/one"}}},
           "bin->usr/bin usr/ usr/bin/ usr/bin/old=old usr/bin/one=2 usr/bin/two=2 x=2");
}

Test(fix, row_8_a_file_gives_way_to_a_folder)
{
    expect({{{File, "p", "1", 0644}}, {{File, "p/x", "2"}}}, "p/ p/x=2");
}

Test(fix, row_9_hard_links_reach_into_lower_layers)
{
    expect(
        {kUsr, {{Link, "bin/new", "bin/old"}, {Link, "more/x", "/bin/new"}, {Link, "l", "bin"}}},
        "bin->usr/bin l->usr/bin more/ more/x=old usr/ usr/bin/ usr/bin/new=old usr/bin/old=old");
}

Test(fix, row_9_a_file_is_renamed_by_a_link_and_a_whiteout)
{
    expect({{{File, "old", "1"}}, {{Link, "new", "old"}, {Whiteout, "old"}}}, "new=1");
}

Test(fix, row_9_a_link_to_nothing_or_to_a_folder_names_both)
{
    Chain chain;
    chain.add(kUsr);
    const auto none = chain.try_add({{Link, "a", "bin/none"}});
    cr_assert(!none);
    const std::string missing = none.error().message();
    cr_expect_str_eq(missing.c_str(),
                     "link /a to /bin/none: neither this layer nor one below has that");
    Chain other;
    other.add(kUsr);
    const auto folder = other.try_add({{Link, "a", "usr"}});
    cr_assert(!folder);
    const std::string wrong = folder.error().message();
    cr_expect_str_eq(wrong.c_str(), "link /a to /usr: that is a folder");
}

Test(fix, row_11_folders_keep_their_times_when_something_in_them_changes)
{
    expect({kUsr, {{File, "usr/bin/new", "2"}}, {{Whiteout, "usr/bin/old"}}},
           "bin->usr/bin usr/ usr/bin/ usr/bin/new=2");
}

Test(fix, row_13_no_attribute_of_an_image_means_something_to_us)
{
    Chain chain;
    chain.add({{File, "a/old", "1"}});
    chain.add({{Folder, "a"}, {File, "a/new", "2"}});
    const auto entry = *chain.stack.lookup("a", image::Follow::No);
    const auto a = *chain.stack.open(*entry, O_RDONLY);
    cr_assert_eq(::fsetxattr(a.get(), "trusted.overlay.opaque", "y", 1, 0), 0);
    const std::string stack = names(model::shown(chain.stack), chain);
    const std::string flat = names(model::flattened(chain), chain);
    cr_expect_str_eq(stack.c_str(), "a/ a/new=2 a/old=1");
    cr_expect_str_eq(flat.c_str(), "a/ a/new=2 a/old=1");
}

Test(fix, row_25_whiteouts_go_where_a_lower_symlink_leads)
{
    expect({kUsr, {{Symlink, "abs", "/usr"}}, {{Whiteout, "abs/bin/old"}, {Whiteout, "bin/none"}}},
           "abs->/usr bin->usr/bin usr/ usr/bin/");
    expect({kUsr, {{Opaque, "bin"}, {File, "usr/bin/new", "2"}}},
           "bin->usr/bin usr/ usr/bin/ usr/bin/new=2");
}

Test(fix, row_25_whiteouts_make_nothing)
{
    expect({{{File, "file", "1"}, {Symlink, "link", "none"}},
            {{Whiteout, "file/x"}, {Whiteout, "no/where/x"}, {Whiteout, "link/x"}, {Opaque, "op"}}},
           "file=1 link->none");
    expect({{{File, "a", "1"}}, {{Folder, "b"}, {Whiteout, "b/x"}, {File, "b/c", "2"}}},
           "a=1 b/ b/c=2");
}

Test(fix, is_not_needed_where_a_layer_describes_its_folders)
{
    Chain chain;
    cr_expect(!chain.add(kUsr).needed);
    cr_expect(!chain
                   .add({{.kind = Folder, .path = ""},
                         {.kind = Folder, .path = "usr", .mode = 0700},
                         {.kind = File, .path = "usr/x"},
                         {.kind = Whiteout, .path = "usr/bin"}})
                   .needed);
    cr_expect_eq(chain.stack.size(), 2);
}
