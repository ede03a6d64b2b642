#include "image/stack/stack.hpp"

#include "tests/image/layer_chain.hpp"

using enum model::Kind;
using model::Chain;

static std::string found(const Chain& chain, std::string_view path,
                         image::Follow last = image::Follow::Yes)
{
    const auto entry = chain.stack.lookup(path, last);
    if (!entry)
        return entry.error().message();
    return *entry ? "/" + (*entry)->path : "nothing";
}

static void expect_found(const Chain& chain, const char* path, const char* right)
{
    const std::string at = found(chain, path);
    cr_expect_str_eq(at.c_str(), right, "%s", path);
}

Test(stack, symlinks_are_followed_across_layers_and_never_out_of_the_root)
{
    Chain chain;
    chain.add({{Folder, ""},
               {Folder, "usr"},
               {Folder, "usr/bin"},
               {File, "usr/bin/sh", "1"},
               {Symlink, "bin", "usr/bin"},
               {Symlink, "up", "../../usr/./bin/"}});
    chain.add({{Folder, ""},
               {Symlink, "run", "/bin/sh"},
               {Symlink, "etc", "/proc/self/root/etc"},
               {Symlink, "loop", "loop/x"}});
    expect_found(chain, "bin/sh", "/usr/bin/sh");
    expect_found(chain, "/run", "/usr/bin/sh");
    expect_found(chain, "up/sh", "/usr/bin/sh");
    expect_found(chain, "../../bin//sh", "/usr/bin/sh");
    expect_found(chain, "usr/../../..", "/");
    expect_found(chain, "etc/passwd", "nothing");
    expect_found(chain, "run/x", "nothing");
    expect_found(chain, "run/..", "nothing");
    expect_found(chain, "none/../usr", "nothing");
    expect_found(chain, "loop", "follow loop: too many levels of symbolic links (ELOOP)");
    const std::string link = found(chain, "bin", image::Follow::No);
    cr_expect_str_eq(link.c_str(), "/bin");
}

Test(stack, folders_merge_until_one_is_opaque)
{
    Chain chain;
    chain.add({{Folder, ""}, {Folder, "a"}, {File, "a/1", "1"}, {File, "a/x", "1"}});
    chain.add({{Folder, ""}, {Folder, "a"}, {Opaque, "a"}, {File, "a/2", "2"}});
    chain.add({{Folder, ""}, {Folder, "a"}, {File, "a/3", "3"}, {Whiteout, "a/2"}});
    cr_assert_eq(chain.stack.size(), 3);
    const auto names = *chain.stack.list("a");
    cr_assert(names && names->size() == 1);
    cr_expect_str_eq(names->at(0).c_str(), "3");
    const auto a = *chain.stack.lookup("a", image::Follow::No);
    cr_assert(a && a->layers.size() == 2);
    cr_expect(a->layers[0] == 2 && a->layers[1] == 1, "uppermost first");
    expect_found(chain, "a/2", "nothing");
    expect_found(chain, "a/1", "nothing");
    cr_expect(!*chain.stack.list("a/3"), "no folder");
}

Test(stack, some_layers_can_be_looked_at_by_themselves)
{
    Chain chain;
    chain.add({{Folder, ""}, {File, "a", "1"}});
    chain.add({{Folder, ""}, {Whiteout, "a"}, {File, "b", "1"}});
    const auto lower = *chain.stack.lookup("a", image::Follow::No, {.begin = 0, .end = 1});
    cr_expect(lower);
    const auto upper = *chain.stack.lookup("a", image::Follow::No, {.begin = 1});
    cr_expect(!upper);
    chain.stack.keep_uppermost(1);
    expect_found(chain, "b", "/b");
    cr_expect_eq(chain.stack.size(), 1);
}

Test(stack, a_destination_is_where_folders_would_be_made)
{
    Chain chain;
    chain.add({{Folder, ""}, {Symlink, "var", "usr/var"}, {Symlink, "run", "/var/run"}});
    const std::string run = *chain.stack.destination("run/lock");
    cr_expect_str_eq(run.c_str(), "usr/var/run/lock");
    const std::string root = *chain.stack.destination("../../");
    cr_expect_str_eq(root.c_str(), "");
}
