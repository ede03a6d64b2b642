// Groups whose hierarchies are plain folders: what is written where.
#include "runtime/cgroup/cgroup.hpp"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sys/file.hpp"

using namespace runtime;

namespace {

struct Tree {
    std::string root;

    Tree()
    {
        char name[] = "/tmp/cgroup-test.XXXXXX";
        cr_assert(::mkdtemp(name));
        root = name;
    }
    ~Tree()
    {
        const std::string command = "rm -rf " + root;
        cr_assert_eq(::system(command.c_str()), 0);
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    void folder(const std::string& path) const
    {
        cr_assert_eq(::mkdir((root + path).c_str(), 0755), 0);
    }
    void file(const std::string& path, std::string_view text = "") const
    {
        cr_assert(sys::write_new_file(AT_FDCWD, root + path, text, 0644));
    }
    std::string read(const std::string& path) const
    {
        const auto text = sys::read_file(AT_FDCWD, root + path, 4096);
        return text ? *text : "?";
    }
    bool has(const std::string& path) const { return ::access((root + path).c_str(), F_OK) == 0; }
    Layout layout() const
    {
        return {{{.mount = root + "/memory", .controllers = {"memory"}},
                 {.version = CgroupVersion::V2, .mount = root + "/v2", .controllers = {"io"}}}};
    }
};

}  // namespace

Test(cgroup, the_folders_are_known_before_they_are_made_and_found_again_by_their_paths)
{
    const Tree tree;
    const auto groups = Groups::plan(tree.layout(), "/pod/web", "web");
    cr_assert(groups);
    const std::vector<std::string> paths = groups->paths();
    cr_assert_eq(paths.size(), 2);
    cr_expect(paths[0] == tree.root + "/memory/pod/web");
    cr_expect(paths[1] == tree.root + "/v2/pod/web");
    cr_expect(!tree.has("/memory"));
    const auto found = Groups::find(tree.layout(), paths);
    cr_assert(found);
    cr_expect(found->paths() == paths);
    for (const std::string& path : {std::string("/etc"), tree.root + "/memory", tree.root + "/v2/",
                                    tree.root + "/v2/../etc", tree.root + "/memory2/x"})
        cr_expect(!Groups::find(tree.layout(), {path}), "%s", path.c_str());
}

Test(cgroup, a_group_gets_its_controllers_from_all_above_it)
{
    const Tree tree;
    tree.folder("/memory");
    tree.folder("/v2");
    tree.folder("/v2/pod");
    tree.file("/v2/cgroup.subtree_control");
    tree.file("/v2/pod/cgroup.subtree_control");
    auto groups = Groups::plan(tree.layout(), "/pod/web", "web");
    cr_assert(groups->make());
    cr_expect(tree.has("/memory/pod/web") && tree.has("/v2/pod/web"));
    for (const char* file : {"/v2/cgroup.subtree_control", "/v2/pod/cgroup.subtree_control"}) {
        const std::string text = tree.read(file);
        cr_expect_str_eq(text.c_str(), "+io");
    }
    cr_expect(groups->remove());
    cr_expect(!tree.has("/memory/pod/web") && !tree.has("/v2/pod/web"));
    cr_expect(groups->remove(), "what is gone is no error");
}

Test(cgroup, what_was_made_is_gone_when_a_later_hierarchy_fails)
{
    const Tree tree;
    tree.folder("/memory");
    auto groups = Groups::plan(tree.layout(), "/pod/web", "web");
    const auto made = groups->make();
    cr_assert(!made);
    const std::string wanted = tree.root + "/v2 is not there";
    cr_expect_str_eq(made.error().doing.c_str(), wanted.c_str());
    cr_expect(!tree.has("/memory/pod"));
}

Test(cgroup, a_group_that_is_used_or_frozen_is_refused)
{
    const Tree tree;
    for (const char* path : {"/memory", "/memory/web", "/v2", "/v2/web", "/v2/web/below"})
        tree.folder(path);
    tree.file("/memory/web/cgroup.procs");
    tree.file("/v2/web/cgroup.procs");
    tree.file("/v2/web/below/cgroup.procs", "77\n42\n42\n");
    auto groups = Groups::plan(tree.layout(), "/web", "web");
    const auto used = groups->make();
    cr_assert(!used);
    const std::string not_empty =
        "control group " + tree.root + "/v2/web is not empty: process 42 is in it";
    cr_expect_str_eq(used.error().doing.c_str(), not_empty.c_str());
    const auto found = groups->processes();
    cr_assert(found);
    cr_expect_eq(found->size(), 2);

    tree.file("/v2/web/cgroup.freeze", "1\n");
    const auto frozen = groups->make();
    cr_assert(!frozen);
    const std::string is_frozen = "control group " + tree.root + "/v2/web is frozen";
    cr_expect_str_eq(frozen.error().doing.c_str(), is_frozen.c_str());
}

Test(cgroup, a_process_that_has_no_number_here_is_no_number_to_kill)
{
    const Tree tree;
    for (const char* path : {"/memory", "/memory/web"})
        tree.folder(path);
    tree.file("/memory/web/cgroup.procs", "0\n");
    const auto groups = Groups::find(tree.layout(), {tree.root + "/memory/web"});
    cr_assert(groups);
    cr_expect(!groups->processes());
    cr_expect(!groups->kill_all());
}

Test(cgroup, limits_are_written_and_one_that_cannot_be_names_property_and_file)
{
    const Tree tree;
    for (const char* path : {"/memory", "/memory/web", "/v2", "/v2/web"})
        tree.folder(path);
    tree.file("/memory/web/memory.limit_in_bytes");
    tree.file("/v2/web/io.weight");
    tree.file("/memory/web/usage", "101\n");
    const auto groups = Groups::plan(tree.layout(), "/web", "web");
    const KnobWrite limit = {.controller = "memory",
                             .file = "memory.limit_in_bytes",
                             .value = "100",
                             .property = "/linux/resources/memory/limit"};
    KnobWrite absent = limit;
    absent.file = "memory.memsw.limit_in_bytes";
    KnobWrite optional = absent;
    optional.must = Must::IfThere;
    const KnobWrite weight = {.controller = "io",
                              .file = "io.bfq.weight",
                              .value = "10",
                              .property = "/linux/resources/blockIO/weight",
                              .other_file = "io.weight",
                              .other_value = "1"};
    cr_expect(groups->apply({limit, optional, weight}));
    cr_expect(tree.read("/memory/web/memory.limit_in_bytes") == "100");
    cr_expect(tree.read("/v2/web/io.weight") == "1");

    const auto missing = groups->apply({absent});
    cr_assert(!missing);
    const std::string sentence = "/linux/resources/memory/limit: open " + tree.root +
                                 "/memory/web/memory.memsw.limit_in_bytes";
    cr_expect_str_eq(missing.error().doing.c_str(), sentence.c_str());

    KnobWrite careful = limit;
    careful.usage_file = "usage";
    const auto refused = groups->apply({careful});
    cr_assert(!refused);
    cr_expect_str_eq(refused.error().doing.c_str(),
                     "/linux/resources/memory/limit: 100 is less than the 101 in use");
}

Test(cgroup, what_joins_may_go_below_but_never_out_or_where_nothing_is)
{
    const Tree tree;
    for (const char* path : {"/memory", "/memory/web", "/memory/web/a", "/v2", "/v2/web"})
        tree.folder(path);
    tree.file("/memory/web/a/cgroup.procs");
    const auto below = [&](const std::vector<std::string>& words) -> std::string {
        auto groups = Groups::plan(tree.layout(), "/web", "web");
        cr_assert(groups);
        const auto gone = groups->go_below(words);
        return gone ? groups->paths()[0].substr(tree.root.size()) : gone.error().doing;
    };
    cr_expect(below({}) == "/memory/web");
    cr_expect(below({"/"}) == "/memory/web");
    cr_expect(below({"a"}) == "/memory/web/a");  // v2 beside v1 need not have it
    cr_expect(below({"memory://a/"}) == "/memory/web/a");
    cr_expect(below({"b"}) == "\"b\": control group " + tree.root + "/memory/web/b is not there");
    cr_expect(below({"a/../b"}) == "\"a/../b\": it has a component \"..\"");
    cr_expect(below({"memory:."}) == "\"memory:.\": it has a component \".\"");
    cr_expect(below({"io:a"}) ==
              "\"io:a\": the container has no v1 group with the controller \"io\"");
}

Test(cgroup, init_is_followed_below_its_group_alone)
{
    const Tree tree;
    for (const char* path : {"/v2", "/v2/web", "/v2/web/a", "/v2/webb"})
        tree.folder(path);
    const auto follow = [&](std::string_view proc_cgroup) -> std::string {
        auto groups = Groups::plan(tree.layout(), "/web", "web");
        cr_assert(groups);
        const auto gone = groups->follow(proc_cgroup);
        return gone ? groups->paths()[1].substr(tree.root.size()) : "refused";
    };
    cr_expect(follow("0::/web/a\n") == "/v2/web/a");
    cr_expect(follow("9:memory:/0::/x\n0::/web/a\n") == "/v2/web/a");
    for (const char* line : {"", "0::/\n", "0::/web\n", "0::/webb\n", "0::/web/../webb\n",
                             "9:io:/web/a\n", "0::/../web/a\n", "0::/web/b\n"})
        cr_expect(follow(line) == "refused", "%s", line);
}
