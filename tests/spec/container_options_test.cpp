// The options of a container made from an image: their words, and one table for several programs.
#include "spec/container_options.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

struct Other {
    std::string first = {};
};
// Not "Options": g++ 12 gives the rows of two unnamed structs of one name one symbol.
struct Asked : Other, ContainerOptions {
    bool debug = false;
};

constexpr Option kOwn[] = {
    option<&Asked::debug>("debug", 0, "", "say more"),
    option_of<Asked, &ContainerOptions::sandbox>("sandbox", 0, "DIR", "at /mnt/sandbox"),
};
constexpr auto kAll = joined(kOwn, container_options<Asked>());
constexpr Verb kRun = {"run", "IMAGE [WORD...]", "runs", kAll, Order::First};
constexpr const Verb* kVerbs[] = {&kRun};
constexpr Program kProgram = {"p", "Runs.", {}, kVerbs};

Asked asked;

// The sentence that is wrong, or "".
std::string read(std::vector<const char*> words)
{
    asked = {};
    std::vector<char*> pointers = {const_cast<char*>("run")};
    for (const char* word : words)
        pointers.push_back(const_cast<char*>(word));
    pointers.push_back(const_cast<char*>("image"));
    const auto line = read_command_line(kProgram, pointers, &asked);
    return line ? "" : line.error().doing;
}

}  // namespace

Test(container_options, are_read)
{
    const auto error = read({"-e",
                             "A=1",
                             "-eB",
                             "--env-file",
                             "f",
                             "-v",
                             "/a:/b:ro",
                             "-v=/c:/d",
                             "-w",
                             "/work",
                             "-u",
                             "alice:staff",
                             "--entrypoint",
                             "/bin/x",
                             "--network=none",
                             "-m",
                             "32m",
                             "--cpus",
                             "1.5",
                             "--pids-limit",
                             "100",
                             "--read-only",
                             "--hostname",
                             "web-1.example",
                             "--sandbox",
                             "/s",
                             "--debug"});
    expect_same(error, "");
    cr_assert(asked.env.size() == 2 && asked.volumes.size() == 2);
    cr_expect(asked.env[0].value == "1" && asked.env[1].name == "B" && !asked.env[1].value);
    expect_same(joined(asked.env_files), "f");
    cr_expect(asked.volumes[0].source == "/a" && asked.volumes[0].place == "/b");
    cr_expect(asked.volumes[0].read_only && !asked.volumes[1].read_only);
    expect_same(asked.workdir.path, "/work");
    expect_same(asked.user, "alice:staff");
    cr_expect(asked.entrypoint == "/bin/x" && asked.network == NetworkMode::None);
    cr_expect(asked.memory.bytes == 33554432 && asked.cpus.quota == 150'000);
    cr_expect(asked.pids.most == 100 && asked.read_only && asked.debug);
    expect_same(asked.hostname.name + " " + asked.sandbox.path, "web-1.example /s");
}

Test(container_options, what_is_not_given_is_the_images_matter)
{
    expect_same(read({}), "");
    cr_expect(!asked.entrypoint && asked.network == NetworkMode::Host && !asked.read_only);
    cr_expect(!asked.memory.bytes && !asked.cpus.quota && !asked.pids.most);
    expect_same(read({"--entrypoint="}), "");
    cr_expect(asked.entrypoint == "");
}

Test(container_options, limits)
{
    const std::pair<const char*, std::uint64_t> kCpus[] = {
        {"0", 0}, {"0.01", 1000}, {"1", 100'000}, {"0.123456789", 12345}, {"8192", 819'200'000}};
    for (const auto& [word, quota] : kCpus) {
        Cpus cpus;
        cr_expect(read_word(word, cpus) && cpus.quota == quota, "%s", word);
    }
    for (const char* word : {"", "-1", "0.009", "8192.1", "one", "1,5", ".5"}) {
        Cpus cpus;
        const auto result = read_word(word, cpus);
        cr_assert(!result, "%s", word);
        expect_same(result.error().message(),
                    "\"" + std::string(word) +
                        "\" is not a number of processors from 0.01 to 8192, or 0 for no limit");
    }
    const std::pair<const char*, std::uint32_t> kPids[] = {
        {"0", 0}, {"-1", 0}, {"1", 1}, {"4194304", 4194304}};
    for (const auto& [word, most] : kPids) {
        PidsLimit pids;
        cr_expect(read_word(word, pids) && pids.most == most, "%s", word);
    }
    for (const char* word : {"", "-2", "4194305", "x", "1.5", "4294967296"}) {
        PidsLimit pids;
        cr_expect(!read_word(word, pids), "%s", word);
    }
}

Test(container_options, each_wrong_value_has_its_sentence)
{
    const std::pair<std::vector<const char*>, const char*> kCases[] = {
        {{"-e", ""}, "--env: \"\" has no name, NAME=VALUE or NAME is needed"},
        {{"-v", "/a"}, "--volume: \"/a\" is not HOST:PLACE[:ro]"},
        {{"-v", "data:/b"},
         "--volume: \"data:/b\": \"data\" is not an absolute path of the host; "
         "volumes with a name are not carried out"},
        {{"-v", "./a:/b"},
         "--volume: \"./a:/b\": \"./a\" is not an absolute path of the host; "
         "volumes with a name are not carried out"},
        {{"-v", "/a:b"}, "--volume: \"/a:b\": \"b\" is not an absolute path"},
        {{"-v", "/a:"}, "--volume: \"/a:\": \"\" is not an absolute path"},
        {{"-v", "/a:/"}, "--volume: \"/a:/\": \"/\" is the root itself"},
        {{"-v", "/a:/b/../../c"}, "--volume: \"/a:/b/../../c\": \"/b/../../c\" holds \"..\""},
        {{"-v", "/a:/proc/sys"}, "--volume: \"/a:/proc/sys\": \"/proc/sys\" is in /proc"},
        {{"-v", "/a:/b:z"}, "--volume: \"/a:/b:z\": \"z\" is neither ro nor rw"},
        {{"-v", "/a:/b:"}, "--volume: \"/a:/b:\": \"\" is neither ro nor rw"},
        {{"-v", "/a:/b:ro:rw"}, "--volume: \"/a:/b:ro:rw\": \"ro:rw\" is neither ro nor rw"},
        {{"-w", "work"}, "--workdir: \"work\" is not an absolute path"},
        {{"--network", "bridge"}, "--network: \"bridge\" is none of host, none"},
        {{"-m", "lots"}, "--memory: \"lots\" is not a size like 32m, 1.5g or a number of bytes"},
        {{"--hostname", "a_b"},
         "--hostname: \"a_b\" is not a host name: letters, digits, - and . "
         "are, 64 at most"},
        {{"--sandbox", "s"}, "--sandbox: \"s\" is not an absolute path"},
    };
    for (const auto& [words, sentence] : kCases)
        expect_same(read(words), "run: option " + std::string(sentence));
}

Test(container_options, places_in_a_container)
{
    for (const char* path : {"/a", "/a/b", "//a//b/", "/a/./b", "/procfs", "/a/proc", "/..a"})
        expect_same(std::string(wrong_place(path)), "");
    for (const char* path : {"", "a", "/", "//", "/.", "/./", "/..", "/a/..", "/../etc", "/proc",
                             "//proc", "/./proc/x"})
        cr_expect(!wrong_place(path).empty(), "%s", path);
}
