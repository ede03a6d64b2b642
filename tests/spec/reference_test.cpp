// References as Docker has them: what is one, its normal form, and what is refused.
#include "spec/reference.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

std::string repeated(std::string_view text, int times)
{
    std::string all;
    for (int i = 0; i < times; i++)
        all += text;
    return all;
}

std::string name_error(std::string_view text)
{
    const auto name = read_image_name(text);
    return name ? "is read as " + text_of(*name) : name.error().message();
}

}  // namespace

Test(reference, has_a_normal_form)
{
    const std::pair<std::string, std::string> kCases[] = {
        {"alpine", "docker.io/library/alpine:latest"},
        {"alpine:3.19", "docker.io/library/alpine:3.19"},
        {"library/alpine", "docker.io/library/alpine:latest"},
        {"docker.io/alpine", "docker.io/library/alpine:latest"},
        {"docker.io/library/alpine", "docker.io/library/alpine:latest"},
        {"index.docker.io/alpine", "docker.io/library/alpine:latest"},
        {"index.docker.io/user/app", "docker.io/user/app:latest"},
        {"user/app", "docker.io/user/app:latest"},
        {"user/app/part", "docker.io/user/app/part:latest"},
        {"localhost", "docker.io/library/localhost:latest"},
        {"localhost/app", "localhost/app:latest"},
        {"localhost:5000/app", "localhost:5000/app:latest"},
        {"localhost:5000", "docker.io/library/localhost:5000"},
        {"localhost/library/app", "localhost/library/app:latest"},
        {"quay.io/a/b/c:v1", "quay.io/a/b/c:v1"},
        {"quay.io/alpine", "quay.io/alpine:latest"},
        {"127.0.0.1/app", "127.0.0.1/app:latest"},
        {"127.0.0.1:5000/app:1", "127.0.0.1:5000/app:1"},
        {"[::1]/app", "[::1]/app:latest"},
        {"[::1]:5000/app", "[::1]:5000/app:latest"},
        {"[2001:db8::1]:5000/app:v2", "[2001:db8::1]:5000/app:v2"},
        {"[fd00:1:2::3]:75050/app", "[fd00:1:2::3]:75050/app:latest"},
        {"Registry/app", "Registry/app:latest"},
        {"REGISTRY.example.COM:80/app", "REGISTRY.example.COM:80/app:latest"},
        {"xn--n3h.com/app:x", "xn--n3h.com/app:x"},
        {"a-b.c/d", "a-b.c/d:latest"},
        {"b.gcr.io/test.example.com/my-app:test.example.com",
         "b.gcr.io/test.example.com/my-app:test.example.com"},
        {"foo.bar/a/b_c/d__e/f-g/h---i", "foo.bar/a/b_c/d__e/f-g/h---i:latest"},
        {"a.b", "docker.io/library/a.b:latest"},
        {"0", "docker.io/library/0:latest"},
        {"app:Tag_1.2-3", "docker.io/library/app:Tag_1.2-3"},
        {"app:_", "docker.io/library/app:_"},
        {"docker:dind", "docker.io/library/docker:dind"},
        {"app@" + kDigest, "docker.io/library/app@" + kDigest},
        {"app:1@" + kDigest, "docker.io/library/app:1@" + kDigest},
        {"localhost:5000/app:1@" + kDigest, "localhost:5000/app:1@" + kDigest},
        {"[::1]:5000/app@" + kDigest, "[::1]:5000/app@" + kDigest},
        {"app@sha512:" + kHex + kHex, "docker.io/library/app@sha512:" + kHex + kHex},
        {kHex + "a", "docker.io/library/" + kHex + "a:latest"},
        {kHex.substr(1), "docker.io/library/" + kHex.substr(1) + ":latest"},
        {kHex + ":1", "docker.io/library/" + kHex + ":1"},
        {"user/" + kHex, "docker.io/user/" + kHex + ":latest"},
        {"app:" + std::string(128, 'x'), "docker.io/library/app:" + std::string(128, 'x')},
        {"h.io/" + repeated("a/", 124) + "bb", "h.io/" + repeated("a/", 124) + "bb:latest"},
    };
    for (const auto& [text, normal] : kCases) {
        const auto reference = read_reference(text);
        cr_assert(reference, "%s: %s", text.c_str(), reference.error().message().c_str());
        expect_same(reference->text(), normal);
        const auto again = read_reference(normal);
        cr_expect(again && *again == *reference, "%s", normal.c_str());
    }
}

Test(reference, refuses_all_else)
{
    const std::string kCases[] = {
        "",
        ":tag",
        "@" + kDigest,
        "/app",
        "app/",
        "app//part",
        "docker.io/",
        "docker.io//app",
        "app:",
        "app@",
        "app:1:2",
        "app:-x",
        "app:.x",
        "app:x/y:z",
        "app:x y",
        "app:" + std::string(129, 'x'),
        "App",
        "docker.io/App",
        "docker.io/user/App:1",
        "user/App",
        kHex,
        "app@sha256:" + kHex.substr(1),
        "app@sha256:" + std::string(64, 'A'),
        "app@md5:" + kHex.substr(32),
        "app@" + kDigest + "@" + kDigest,
        "app@" + kDigest + ":tag",
        "-app",
        "app-",
        "_app",
        "app_",
        ".app",
        "app.",
        "a..b/c",
        "docker.io/a..b",
        "docker.io/a.-b",
        "docker.io/a___b",
        "docker.io/a._b",
        "user/../app",
        "user/./app",
        "../app",
        "./app",
        "app..part",
        "-host.io/app",
        "host-.io/app",
        "host_name.io/app",
        "host:/app",
        "host:port/app",
        "host:-1/app",
        "[::1/app",
        "[]/app",
        "[::g]/app",
        "[::1]5000/app",
        "[::1]:/app",
        "[fe80::1%25eth0]:5000/app",
        "a::1/app",
        "app\n",
        " app",
        "app\x01",
        "\xc3\xa9/app",
        "http://host/app",
        "h.io/" + repeated("a/", 124) + "bbb",
        std::string(1000, 'a'),
    };
    for (const std::string& text : kCases)
        cr_expect(!read_reference(text), "%s", text.c_str());
}

Test(reference, says_what_is_wrong)
{
    const std::pair<std::string, std::string> kCases[] = {
        {"", "an image reference is needed, this one is empty"},
        {kHex,
         "\"" + kHex + "\" is not an image reference: 64 hexadecimal digits are an image's id"},
        {"App:1", "\"App:1\" is not an image reference: \"App\" must be in lower case"},
        {"quay.io/", "\"quay.io/\" is not an image reference: the name of the image is missing"},
        {"a_b.c/d", "\"a_b.c/d\" is not an image reference: \"a_b.c\" is no host[:port]"},
        {"app:",
         "\"app:\" is not an image reference: \"\" is no tag (letters, digits and _ . -, "
         "not . or - first, 128 at most)"},
        {"app@x",
         "\"app@x\" is not an image reference: \"x\" is not a digest: sha256:HEX and "
         "sha512:HEX are"},
    };
    for (const auto& [text, sentence] : kCases) {
        const auto reference = read_reference(text);
        cr_assert(!reference);
        expect_same(reference.error().message(), sentence);
    }
}

Test(reference, tells_where_to_ask)
{
    cr_expect(read_reference("alpine")->registry() == "registry-1.docker.io");
    cr_expect(read_reference("index.docker.io/alpine")->registry() == "registry-1.docker.io");
    cr_expect(read_reference("quay.io/a")->registry() == "quay.io");
    cr_expect(read_reference("[::1]:5000/a")->registry() == "[::1]:5000");
    cr_expect(read_reference("alpine:3")->repository() == "docker.io/library/alpine");
}

Test(reference, image_names)
{
    const std::pair<std::string, std::string> kCases[] = {
        {"alpine", "docker://docker.io/library/alpine:latest"},
        {"docker://alpine", "docker://docker.io/library/alpine:latest"},
        {"docker://localhost:5000/a:1", "docker://localhost:5000/a:1"},
        {"docker://dir:1", "docker://docker.io/library/dir:1"},
        {"docker:24-dind", "docker://docker.io/library/docker:24-dind"},
        {"oci:dir", "oci:dir"},
        {"oci:dir:v1", "oci:dir:v1"},
        {"oci:/a/b:v1", "oci:/a/b:v1"},
        {"oci:/a:b/c", "oci:/a:b/c"},
        {"oci:/a:b:c/d:v1.0_x+y", "oci:/a:b:c/d:v1.0_x+y"},
        {"oci:/a:b/", "oci:/a:b/"},
    };
    for (const auto& [text, full] : kCases) {
        const auto name = read_image_name(text);
        cr_assert(name, "%s", name.error().message().c_str());
        expect_same(text_of(*name), full);
        const auto again = read_image_name(full);
        cr_expect(again && *again == *name);
    }
    const auto layout = std::get<LayoutName>(*read_image_name("oci:/a:b:c"));
    cr_expect(layout.folder == "/a:b" && layout.tag == "c");
}

Test(reference, other_transports_are_refused_by_name)
{
    expect_same(name_error("docker-archive:a.tar"),
                "\"docker-archive:a.tar\": the transport docker-archive: is not carried out "
                "yet\nhint: an image of that name is docker://docker-archive:a.tar");
    for (const char* transport :
         {"oci-archive", "docker-daemon", "containers-storage", "dir", "sif", "ostree"})
        cr_expect(name_error(std::string(transport) + ":x").contains("is not carried out yet"));
    expect_same(name_error("https://host/app"),
                "\"https://host/app\": https:// is not a transport, docker:// and oci: are");
    expect_same(name_error("oci:"), "\"oci:\" names no folder, oci:FOLDER[:TAG] is needed");
    expect_same(name_error("oci::v1"), "\"oci::v1\" names no folder, oci:FOLDER[:TAG] is needed");
    expect_same(name_error("oci:dir:"), "\"oci:dir:\" has no tag that can be one: \"\"");
    expect_same(name_error("docker://"), "an image reference is needed, this one is empty");
}
