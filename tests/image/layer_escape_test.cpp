// Layers that want to get out of their tree. The helper looks at what is beside it; here it is
// asked whether they stay inside or are refused.

#include "tests/image/layer_helpers.hpp"

using test::Layer;
using test::Tar;

static constexpr char kHost[] = "/tmp/davit-escaped";

struct Case {
    const char* name;
    Tar tar;
    bool refused;
};

Test(layer_escape, stays_inside_or_is_refused)
{
    const Case cases[] = {
        {"dotdot", Tar().file("../../sentinel", "hit"), true},
        {"dotdot inside", Tar().folder("a").file("a/../../../sentinel", "hit"), true},
        {"absolute name", Tar().file(kHost, "hit"), false},
        {"absolute symlink", Tar().symlink("l", "/tmp").file("l/davit-escaped", "hit"), false},
        {"climbing symlink", Tar().symlink("l", "../../../../tmp").file("l/davit-escaped", "hit"),
         false},
        {"symlink to itself", Tar().symlink("l", "l").file("l/x", "hit"), true},
        {"chain of symlinks",
         Tar().symlink("a", "b/..").symlink("b", "..").file("a/../sentinel", "hit"), true},
        {"chain without dots",
         Tar().symlink("a", "b/..").symlink("b", "..").file("a/sentinel", "hit"), false},
        {"last component", Tar().symlink("l", kHost).file("l", "hit"), false},
        {"folder over a symlink", Tar().symlink("l", "/tmp").folder("l", 0700), false},
        {"hard link, absolute", Tar().hard_link("l", "/etc/passwd"), false},
        {"hard link, dotdot", Tar().hard_link("l", "../../sentinel"), true},
        {"hard link through a symlink",
         Tar().symlink("s", "../..").hard_link("l", "s/sentinel").file("l", "hit"), false},
        {"symlink through a symlink", Tar().symlink("s", "/tmp").symlink("s/davit-escaped", "x"),
         false},
        {"folder through a symlink", Tar().symlink("s", "/tmp").folder("s/davit-escaped"), false},
        {"a parent that is swapped (CVE-2025-47290)",
         Tar().folder("a").file("a/x").symlink("a", "/tmp").file("a/davit-escaped", "hit"), false},
        {"a grandparent that is swapped",
         Tar().folder("a").folder("a/tmp").file("a/tmp/x").symlink("a", "/").file(
             "a/tmp/davit-escaped", "hit"),
         false},
        {"the root is a symlink (CVE-2021-29136)", Tar().symlink(".", "/tmp"), true},
        {"the root is a symlink, otherwise", Tar().symlink("/", "/tmp"), true},
        {"the root is a file", Tar().file("./", "hit"), true},
        {"the root is a link", Tar().hard_link("x", "/"), true},
        {"whiteout through a symlink", Tar().symlink("s", "../..").file("s/.wh.sentinel", ""),
         false},
        {"opaque through a symlink", Tar().symlink("s", "/tmp").file("s/.wh..wh..opq", ""), false},
        {"a name that is too long", Tar().file(std::string(256, 'n')), true},
        {"a magic link", Tar().symlink("s", "/proc/self/root/tmp").file("s/davit-escaped"), false},
    };
    for (const auto& [name, tar, refused] : cases) {
        const Layer layer(tar);
        cr_expect_eq(layer.done.has_value(), !refused, "%s: %s", name,
                     layer.done ? "was taken" : layer.done.error().message().c_str());
        cr_expect_lt(::access(kHost, F_OK), 0, "%s", name);
    }
}

Test(layer_escape, symlinks_lead_to_what_is_inside)
{
    const Layer layer(Tar()
                          .folder(".")
                          .symlink("l", "../../../../tmp")
                          .file("l/in", "one")
                          .symlink("abs", "/opt/x/../y")
                          .file("abs/in", "two"));
    cr_assert(layer.ok());
    cr_expect(layer.text("tmp/in") == "one");
    cr_expect(layer.text("opt/y/in") == "two");
    cr_expect(layer.ends.implicit == test::Paths({"opt", "opt/x", "opt/y", "tmp"}));
}

Test(layer_escape, a_long_chain_of_symlinks_ends)
{
    Tar tar;
    tar.folder(".");
    for (int i = 0; i < 60; ++i)
        tar.symlink("l" + std::to_string(i), "l" + std::to_string(i + 1));
    cr_expect(Layer(tar.file("l0/x")).fails_with("ELOOP"));
}

Test(layer_escape, limits_are_kept)
{
    const Tar many = Tar().file("a").file("b").file("c");
    const std::string bytes = many.bytes();
    auto job = test::job_of(bytes, bytes);
    job.limits.entries = 2;
    cr_expect(Layer(bytes, job).fails_with("more than 2 entries"));
    job.limits = {.file = 0};
    cr_expect(Layer(bytes, job).fails_with("it has 1 bytes, the most is 0"));
    job.limits = {.bytes = 100};
    cr_expect(Layer(bytes, job).fails_with("no honest layer"));

    const Tar sparse = Tar().add({.name = "f",
                                  .content = "1\n0\n0\n" + std::string(506, '\0'),
                                  .pax = {{"GNU.sparse.major", "1"},
                                          {"GNU.sparse.minor", "0"},
                                          {"GNU.sparse.name", "f"},
                                          {"GNU.sparse.realsize", "9223372036854775807"}}});
    cr_expect(Layer(sparse).fails_with("the most is"));

    std::vector<std::pair<std::string, std::string>> xattrs;
    for (int i = 0; i < 300; ++i)
        xattrs.emplace_back("SCHILY.xattr.user.a" + std::to_string(i), "x");
    cr_expect(Layer(Tar().add({.name = "f", .pax = xattrs})).fails_with("extended attributes"));
}
