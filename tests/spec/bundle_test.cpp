// The config.json of a container that is made from an image.
#include "spec/bundle.hpp"

#include <algorithm>
#include <cstdio>

#include "spec/config.hpp"
#include "spec/json.hpp"
#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

ImageConfig image()
{
    return {.platform = {"linux", "arm64", "v8"},
            .author = "A",
            .created = "2015-10-31T22:22:56Z",
            .user = "alice",
            .exposed_ports = {"53", "80/tcp"},
            .env = {"A=1", "B=2"},
            .entrypoint = {"/entry"},
            .cmd = {"cmd"},
            .working_dir = "/home/alice",
            .labels = {{"label", "its value"}},
            .stop_signal = "SIGQUIT"};
}

BundleFacts facts()
{
    return {.user = {.user = {.uid = 1000, .gid = 1001, .additional_gids = {1001, 10}},
                     .name = "alice",
                     .home = "/home/alice"},
            .name = "web",
            .has_resolv_conf = true,
            .has_hosts = true};
}

Config config(const ImageConfig& of, const ContainerOptions& options = {},
              const BundleFacts& with = facts())
{
    const auto text = write_bundle_config(of, options, with);
    cr_assert(text, "%s", text ? "" : text.error().message().c_str());
    auto read = read_config(*text, "config.json");
    cr_assert(read, "%s\n%s", read ? "" : read.error().message().c_str(), text->c_str());
    return *std::move(read);
}

std::string complaint(const ImageConfig& of, const ContainerOptions& options = {},
                      const BundleFacts& with = facts())
{
    const auto text = write_bundle_config(of, options, with);
    return text ? "is written" : text.error().message();
}

// The mount in a place as "source type options", or "".
std::string mount_at(const Config& config, std::string_view place)
{
    std::string all;
    for (const auto& mount : config.mounts)
        if (mount.destination == place)
            all += mount.source + " " + mount.type + " " + joined(mount.options, ",");
    return all;
}

std::string places(const Config& config)
{
    std::vector<std::string> all;
    for (const auto& mount : config.mounts)
        all.push_back(mount.destination);
    return joined(all);
}

ContainerOptions with_env(std::initializer_list<const char*> words)
{
    ContainerOptions options;
    for (const char* word : words)
        cr_assert(read_word(word, options.env));
    return options;
}

ContainerOptions with_volumes(std::initializer_list<const char*> words)
{
    ContainerOptions options;
    for (const char* word : words)
        cr_assert(read_word(word, options.volumes));
    return options;
}

}  // namespace

Test(bundle, golden)
{
    std::string golden(kJsonMost, '\0');
    std::FILE* file = std::fopen("tests/spec/examples/bundle.json", "r");
    cr_assert(file);
    golden.resize(std::fread(golden.data(), 1, golden.size(), file));
    std::fclose(file);

    ContainerOptions options = with_env({"B=3", "C"});
    cr_assert(read_word("/srv/data:/data:ro", options.volumes));
    cr_assert(read_word("1.5", options.cpus));
    cr_assert(read_word("32m", options.memory));
    cr_assert(read_word("100", options.pids));
    options.read_only = true;
    options.sandbox.path = "/var/lib/davit/sandbox/web";
    BundleFacts with = facts();
    with.caller = {"C=from the caller"};
    with.terminal = true;
    const auto text = write_bundle_config(image(), options, with);
    cr_assert(text);
    expect_same(*text, golden);
    cr_expect(read_config(*text, "config.json"));
}

Test(bundle, the_command_and_its_folder)
{
    expect_same(joined(config(image()).process->args), "/entry cmd");
    BundleFacts with = facts();
    with.words = {"x", "y"};
    expect_same(joined(config(image(), {}, with).process->args), "/entry x y");
    ContainerOptions options;
    options.entrypoint = "/own";
    expect_same(joined(config(image(), options).process->args), "/own");
    expect_same(complaint({}), "no command is given, and the image has neither Entrypoint nor Cmd");

    expect_same(config(image()).process->cwd, "/home/alice");
    options.workdir.path = "/work";
    expect_same(config(image(), options).process->cwd, "/work");
    expect_same(config({.cmd = {"x"}}).process->cwd, "/");
    expect_same(config({.cmd = {"x"}, .working_dir = "relative"}).process->cwd, "/relative");
}

Test(bundle, the_user)
{
    const auto read = config(image());
    cr_expect(read.process->user.uid == 1000 && read.process->user.gid == 1001);
    cr_expect(read.process->user.additional_gids == facts().user.user.additional_gids);
    ContainerOptions options;
    expect_same(user_of(image(), options), "alice");
    options.user = "bob";
    expect_same(user_of(image(), options), "bob");
}

Test(bundle, variables)
{
    const std::string kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const auto env = [](const ImageConfig& of, const ContainerOptions& options = {},
                        const BundleFacts& with = facts()) {
        return joined(config(of, options, with).process->env);
    };
    expect_same(env({.cmd = {"x"}}), kPath + " HOME=/home/alice HOSTNAME=web");
    expect_same(env({.env = {"PATH=", "HOME=/h", "HOSTNAME=h", "A=1", "A=2"}, .cmd = {"x"}}),
                "PATH= HOME=/h HOSTNAME=h A=2");
    expect_same(env({.env = {"A=image"}, .cmd = {"x"}}, with_env({"A=ours", "PATH=/bin"})),
                "A=ours PATH=/bin HOME=/home/alice HOSTNAME=web");
    expect_same(env({.env = {"A=image"}, .cmd = {"x"}}, with_env({"A", "PATH=/"})),
                "PATH=/ HOME=/home/alice HOSTNAME=web");

    BundleFacts with = facts();
    with.caller = {"A=caller", "SECRET=x"};
    with.file_words = {{"A", "file"}, {"B", "file"}};
    with.terminal = true;
    expect_same(env({.env = {"PATH=/"}, .cmd = {"x"}}, with_env({"A"}), with),
                "PATH=/ HOME=/home/alice HOSTNAME=web TERM=xterm A=caller B=file");

    ContainerOptions options = with_env({"PATH=/"});
    options.sandbox.path = "/s";
    expect_same(env({.env = {"MESOS_SANDBOX=/image"}, .cmd = {"x"}}, options),
                "MESOS_SANDBOX=/mnt/sandbox PATH=/ HOME=/home/alice HOSTNAME=web "
                "DAVIT_SANDBOX=/mnt/sandbox");
}

Test(bundle, mounts)
{
    const auto plain = config(image());
    expect_same(places(plain),
                "/proc /dev /sys /dev/pts /dev/shm /dev/mqueue /etc/resolv.conf /etc/hosts "
                "/sys/fs/cgroup");
    expect_same(mount_at(plain, "/sys"), "sysfs sysfs nosuid,noexec,nodev,ro");
    expect_same(mount_at(plain, "/etc/hosts"),
                "/etc/hosts bind bind,rprivate,nosuid,noexec,nodev,ro");

    auto options = with_volumes({"/a:/data//x/:ro", "/b:/data", "/c:/etc/hosts", "/d:/dev/shm"});
    options.sandbox.path = "/s";
    const auto asked = config(image(), options);
    expect_same(places(asked),
                "/proc /dev /sys /data /dev/pts /dev/mqueue /etc/resolv.conf /mnt/sandbox /data/x "
                "/etc/hosts /dev/shm /sys/fs/cgroup");
    expect_same(mount_at(asked, "/data/x"), "/a bind rbind,rprivate,rro");
    expect_same(mount_at(asked, "/data"), "/b bind rbind,rprivate");
    expect_same(mount_at(asked, "/mnt/sandbox"), "/s bind rbind,rprivate,nosuid,nodev");
    expect_same(mount_at(asked, "/etc/hosts"), "/c bind rbind,rprivate");

    expect_same(complaint(image(), with_volumes({"/a:/x", "/b://x/."})), "two volumes for \"/x\"");
    options = with_volumes({"/a:/mnt/sandbox"});
    options.sandbox.path = "/s";
    expect_same(complaint(image(), options), "two volumes for \"/mnt/sandbox\"");
}

Test(bundle, the_network)
{
    const auto has = [](const Config& read) {
        return std::ranges::count(read.linux.namespaces, NamespaceType::Network,
                                  &Namespace::type) == 1;
    };
    cr_expect(!has(config(image())));
    ContainerOptions options;
    options.network = NetworkMode::None;
    const auto none = config(image(), options);
    cr_expect(has(none));
    expect_same(mount_at(none, "/etc/resolv.conf") + mount_at(none, "/etc/hosts"), "");
    BundleFacts with = facts();
    with.has_hosts = false;
    expect_same(mount_at(config(image(), {}, with), "/etc/hosts"), "");
}

Test(bundle, what_is_not_asked_for_has_no_limit)
{
    const auto read = config(image());
    const auto& resources = *read.linux.resources;
    cr_expect(!resources.memory && !resources.cpu && !resources.pids);
    cr_expect(resources.devices.size() == 1 && !resources.devices[0].allow);
    cr_expect(!read.root.readonly && read.process->rlimits.empty());
    cr_expect(read.process->capabilities->bounding.size() == 14);
    cr_expect(read.process->capabilities->inheritable.empty());
    cr_expect(!read.linux.seccomp);
}

Test(bundle, the_host_name)
{
    expect_same(config(image()).hostname, "web");
    ContainerOptions options;
    options.hostname.name = "other";
    expect_same(config(image(), options).hostname, "other");
    BundleFacts with = facts();
    with.name = std::string(255, 'x');
    expect_same(config(image(), {}, with).hostname, std::string(64, 'x'));
}

Test(bundle, labels_give_no_orders)
{
    ImageConfig labelled = image();
    labelled.labels = {{"org.opencontainers.image.author", "the label's"},
                       {"", "x"},
                       {"run.oci.hooks.stdout", "/etc/passwd"},
                       {"run.oci.handler", "krun"},
                       {"org.systemd.property.ExecStart", "x"},
                       {"io.containerd.image.restart.loguri", "x"},
                       {"io.kubernetes.cri-o.Devices", "x"},
                       {"module.wasm.image/variant", "compat"},
                       {"davit.anything", "x"},
                       {"com.example.run.oci.handler", "is kept"}};
    const auto read = config(labelled);
    std::vector<std::string> all;
    for (const auto& [key, value] : read.annotations)
        all.push_back(key + "=" + value);
    expect_same(joined(all, "\n"),
                "com.example.run.oci.handler=is kept\n"
                "org.opencontainers.image.architecture=arm64\n"
                "org.opencontainers.image.author=the label's\n"
                "org.opencontainers.image.created=2015-10-31T22:22:56Z\n"
                "org.opencontainers.image.exposedPorts=53,80/tcp\n"
                "org.opencontainers.image.os=linux\n"
                "org.opencontainers.image.stopSignal=SIGQUIT\n"
                "org.opencontainers.image.variant=v8");
}

Test(bundle, volumes_of_the_image_must_be_places)
{
    ImageConfig of = image();
    of.volumes = {"/data", "/var/lib/x"};
    expect_same(complaint(of), "is written");
    const std::pair<const char*, const char*> kCases[] = {
        {"/../../etc", "Volumes of the image: \"/../../etc\" holds \"..\""},
        {"", "Volumes of the image: \"\" is not an absolute path"},
        {"/", "Volumes of the image: \"/\" is the root itself"},
        {"/proc", "Volumes of the image: \"/proc\" is in /proc"},
    };
    for (const auto& [volume, sentence] : kCases) {
        of.volumes = {volume};
        expect_same(complaint(of), sentence);
    }
}

Test(bundle, what_json_cannot_hold_is_refused)
{
    BundleFacts with = facts();
    with.words = {"a\xff"};
    expect_same(complaint(image(), {}, with),
                "\"a...\" is not UTF-8 text, config.json cannot hold it");
    expect_same(complaint(image(), with_env({"A=\xff"})),
                "\"A=...\" is not UTF-8 text, config.json cannot hold it");
    expect_same(complaint(image(), with_volumes({"/h\xff:/x"})),
                "\"/h...\" is not UTF-8 text, config.json cannot hold it");
    ImageConfig of = image();
    of.labels["big"] = std::string(kJsonMost, 'x');
    cr_expect(complaint(of).ends_with("the most is 4194304"));
}
