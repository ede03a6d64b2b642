// Configs of images: what is read, what is refused.
#include "spec/image_config.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string with(const std::string& rest)
{
    return R"({"rootfs":{"type":"layers","diff_ids":[]},)" + rest + "}";
}

std::string complaint(const std::string& text)
{
    const auto config = read_image_config(text, "c");
    return config ? "is read" : sentence_of(config.error());
}

}  // namespace

Test(image_config, is_read)
{
    const auto config = read_image_config(R"({
        "created": "2015-10-31T22:22:56.015925234Z", "author": "A <a@b.c>", "architecture": "amd64",
        "os": "linux", "variant": "v2", "os.version": "1", "os.features": ["x"],
        "config": {
            "User": "alice:99", "ExposedPorts": {"8080/tcp": {}, "53": {}},
            "Env": ["PATH=/bin", "FOO=", "A=b=c"], "Entrypoint": ["/bin/app"], "Cmd": ["-x", ""],
            "Volumes": {"/var/log": {}, "/data": {}}, "WorkingDir": "/home/alice",
            "Labels": {"a.b": "c"}, "StopSignal": "SIGQUIT", "Hostname": "h", "Tty": false,
            "Healthcheck": {"Test": ["NONE"]}, "ArgsEscaped": true, "Shell": ["sh"], "OnBuild": []
        },
        "rootfs": {"type": "layers", "diff_ids": [")" +
                                              kDigest + R"(", ")" + kDigest + R"("]},
        "history": [{"created_by": "x", "empty_layer": true}], "container_config": {"Cmd": "x"}
    })",
                                          "c");
    cr_assert(config, "%s", config.error().message().c_str());
    expect_same(config->platform.text(), "linux/amd64/v2");
    cr_expect(config->os_version == "1" && config->os_features.size() == 1);
    cr_expect(config->author == "A <a@b.c>");
    cr_expect(config->created == "2015-10-31T22:22:56.015925234Z");
    cr_expect(config->user == "alice:99" && config->working_dir == "/home/alice");
    expect_same(joined(config->exposed_ports), "53 8080/tcp");
    expect_same(joined(config->env), "PATH=/bin FOO= A=b=c");
    expect_same(joined(config->entrypoint), "/bin/app");
    expect_same(joined(config->cmd), "-x ");
    expect_same(joined(config->volumes), "/data /var/log");
    cr_expect(config->labels.at("a.b") == "c" && config->stop_signal == "SIGQUIT");
    cr_expect(config->diff_ids.size() == 2 && config->diff_ids[0].text() == kDigest);
}

Test(image_config, null_is_absent)
{
    for (const char* rest :
         {R"("config":null)", R"("config":{})", R"("author":null)",
          R"("config":{"Entrypoint":null,"Cmd":null,"Env":null,"Volumes":null,"Labels":null,)"
          R"("ExposedPorts":null,"User":null,"WorkingDir":null,"StopSignal":null})"}) {
        const auto config = read_image_config(with(rest), "c");
        cr_assert(config, "%s", rest);
        cr_expect(config->entrypoint.empty() && config->cmd.empty() && config->user.empty());
    }
    cr_expect(read_image_config(R"({"rootfs":{"type":"layers","diff_ids":null}})", "c"));
}

Test(image_config, refuses)
{
    const std::pair<std::string, const char*> kCases[] = {
        {"{}", "c: \"rootfs\" is missing"},
        {R"({"rootfs":{}})", "c: /rootfs: \"type\" is missing"},
        {R"({"rootfs":{"type":"disk"}})", "c: /rootfs/type: \"disk\" is not \"layers\""},
        {R"({"rootfs":{"type":"layers","diff_ids":["sha256:../x"]}})",
         "c: /rootfs/diff_ids/0: \"sha256:../x\" is not a digest: sha256:HEX and sha512:HEX are"},
        {with(R"("config":{"Entrypoint":"/bin/sh -c x"})"),
         "c: /config/Entrypoint: \"/bin/sh -c x\" is a string, an array is needed"},
        {with(R"("config":{"Cmd":"x"})"), "c: /config/Cmd: \"x\" is a string, an array is needed"},
        {with(R"("config":{"Cmd":[null]})"),
         "c: /config/Cmd/0: null is no value, a string is needed"},
        {with(R"("config":{"Env":["PATH"]})"), "c: /config/Env/0: \"PATH\" is not NAME=value"},
        {with(R"("config":{"Env":["=x"]})"), "c: /config/Env/0: \"=x\" has an empty name"},
        {with(R"("config":{"Env":["A=\u0000"]})"), "c: /config/Env/0: \"A=\\x00\" contains a NUL"},
        {with(R"("config":{"Labels":{"a":1}})"),
         "c: /config/Labels/a: 1 is a number, a string is needed"},
        {with(R"("config":{"User":0})"), "c: /config/User: 0 is a number, a string is needed"},
        {with(R"("config":{"user":"x"})"), "c: /config/user: \"user\" must be written \"User\""},
        {with(R"("rootfs":{"type":"layers"})"), "c: /rootfs: stands twice in this object"},
    };
    for (const auto& [text, sentence] : kCases)
        expect_same(complaint(text), sentence);
}

Test(image_config, has_a_diff_id_for_each_layer)
{
    const auto config =
        read_image_config(R"({"rootfs":{"type":"layers","diff_ids":[")" + kDigest + R"("]}})", "c");
    cr_assert(config);
    cr_expect(check_layers(*config, 1));
    for (const std::size_t layers : {0, 2})
        cr_expect(!check_layers(*config, layers));
    expect_same(check_layers(*config, 2).error().message(),
                "the manifest has 2 layers, the image's config has 1 diff_ids");
}

Test(image_config, chain_ids_are_of_a_text)
{
    const auto digest = *read_digest(kDigest);
    expect_same(chain_text(digest, digest), kDigest + " " + kDigest);
}
