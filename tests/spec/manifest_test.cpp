// Manifests and indexes: what is read, and what of it is refused.
#include "spec/manifest.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
constexpr std::string_view kOci = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
constexpr std::string_view kDocker = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
const std::string kConfigType = "application/vnd.oci.image.config.v1+json";
const std::string kLayerType = "application/vnd.oci.image.layer.v1.tar+gzip";

std::string descriptor(std::string_view type, std::string_view size = "7", std::string more = "")
{
    return "{\"mediaType\":\"" + std::string(type) + "\",\"digest\":\"" + kDigest +
           "\",\"size\":" + std::string(size) + more + "}";
}

std::string manifest(std::string_view type, std::string more = "",
                     std::string_view config_type = kConfigType)
{
    return "{\"schemaVersion\":2" +
           (type.empty() ? "" : ",\"mediaType\":\"" + std::string(type) + "\"") +
           ",\"config\":" + descriptor(config_type) + ",\"layers\":[" + descriptor(kLayerType) +
           "]" + more + "}";
}

std::string index(std::string_view type, std::string more = "")
{
    return "{\"schemaVersion\":2" +
           (type.empty() ? "" : ",\"mediaType\":\"" + std::string(type) + "\"") +
           ",\"manifests\":[" + descriptor(kOci) + "]" + more + "}";
}

std::string layers(std::string_view list)
{
    return "{\"schemaVersion\":2,\"config\":" + descriptor(kConfigType) + ",\"layers\":[" +
           std::string(list) + "]}";
}

// The media type of what is read, or what is wrong.
std::string outcome(std::string_view text, std::string_view told = "")
{
    const auto document = read_document(text, "m", told);
    if (!document)
        return sentence_of(document.error());
    return std::visit([](const auto& each) { return each.media_type; }, *document);
}

}  // namespace

Test(manifest, is_read)
{
    const auto document = read_document(
        "{\"schemaVersion\":2,\"annotations\":{\"a\":\"b\"},\"unknown\":[{}],\"subject\":null,"
        "\"config\":" +
            descriptor(kConfigType, "9223") + ",\"layers\":[" + descriptor(kLayerType, "0") + "," +
            descriptor("application/vnd.oci.image.layer.v1.tar", "12",
                       ",\"annotations\":{\"c\":\"d\"},\"urls\":[\"x\"],\"platform\":null") +
            "]}",
        "m");
    cr_assert(document);
    const auto& read = std::get<Manifest>(*document);
    cr_expect(read.media_type == kOci && read.annotations.at("a") == "b");
    cr_expect(read.config.size == 9223 && read.config.digest.text() == kDigest);
    cr_assert(read.layers.size() == 2);
    cr_expect(read.layers[1].size == 12 && read.layers[1].annotations.at("c") == "d");
    cr_expect(!read.layers[1].platform);
}

Test(manifest, index_is_read)
{
    const auto document = read_document(
        "{\"schemaVersion\":2,\"mediaType\":\"" + std::string(kDockerList) + "\",\"manifests\":[" +
            descriptor(kDocker, "5",
                       ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\","
                       "\"variant\":\"v7\",\"os.version\":\"1\",\"os.features\":[\"x\"]}") +
            "," + descriptor("application/x", "5") + "]}",
        "m", kDockerList);
    cr_assert(document);
    const auto& read = std::get<Index>(*document);
    cr_expect(read.media_type == kDockerList);
    cr_assert(read.manifests.size() == 2);
    cr_assert(read.manifests[0].platform);
    cr_expect(read.manifests[0].platform->variant == "v7");
    cr_expect(is_document(read.manifests[0].media_type) &&
              !is_document(read.manifests[1].media_type));
}

Test(manifest, the_media_type_is_settled)
{
    const struct {
        std::string text;
        std::string_view told;
        std::string_view type;
    } kCases[] = {
        {manifest(""), "", kOci},
        {manifest("", "", "application/vnd.docker.container.image.v1+json"), "", kDocker},
        {manifest(kDocker), "", kDocker},
        {manifest(kOci), kOci, kOci},
        {manifest(kOci), "application/json", kOci},
        {manifest(kOci), "text/plain; charset=utf-8", kOci},
        {manifest(kOci), "Application/VND.oci.image.manifest.v1+JSON ; charset=utf-8", kOci},
        {manifest(""), kDocker, kDocker},
        {manifest("", ",\"manifests\":null"), kOci, kOci},
        {index(""), "", kOciIndex},
        {index("", ",\"layers\":null,\"config\":null"), kDockerList, kDockerList},
        {index(kDockerList), kDockerList, kDockerList},
        {layers(""), "", kOci},
    };
    for (const auto& [text, told, type] : kCases)
        expect_same(outcome(text, told), std::string(type));
}

Test(manifest, what_may_be_read_in_two_ways_is_refused)
{
    const struct {
        std::string text;
        std::string_view told;
        std::string sentence;
    } kCases[] = {
        {manifest("", ",\"manifests\":[]"), "",
         "m: /layers: is of a manifest, \"manifests\" is of an index: this is both"},
        {index("", ",\"config\":" + descriptor(kConfigType)), "",
         "m: /config: is of a manifest, \"manifests\" is of an index: this is both"},
        {manifest(kOciIndex), "",
         "m: /mediaType: \"application/vnd.oci.image.index.v1+json\" is not what this is, a "
         "manifest"},
        {index(kDocker), "",
         "m: /mediaType: \"application/vnd.docker.distribution.manifest.v2+json\" is not what "
         "this is, an index"},
        {manifest("application/x"), "",
         "m: /mediaType: \"application/x\" is neither a manifest nor an index"},
        {manifest(kOci), kDocker,
         "m: was announced as application/vnd.docker.distribution.manifest.v2+json, and is "
         "application/vnd.oci.image.manifest.v1+json"},
        {manifest(kOci), kOciIndex,
         "m: was announced as application/vnd.oci.image.index.v1+json, and is "
         "application/vnd.oci.image.manifest.v1+json"},
        {index(""), kOci,
         "m: was announced as application/vnd.oci.image.manifest.v1+json, and is "
         "application/vnd.oci.image.index.v1+json"},
        {manifest(kOci), "text/html", "m: is text/html, neither a manifest nor an index"},
        {"{\"schemaVersion\":2}", "",
         "m: neither a manifest, which has \"layers\", nor an index, which has \"manifests\""},
        {manifest("", ",\"layers\":[]"), "", "m: /layers: stands twice in this object"},
        {manifest("", ",\"Layers\":[]"), "", "m: /Layers: \"Layers\" must be written \"layers\""},
    };
    for (const auto& [text, told, sentence] : kCases)
        expect_same(outcome(text, told), sentence);
}

Test(manifest, schema_1_is_refused_by_name)
{
    expect_same(outcome("{\"schemaVersion\":1,\"name\":\"a\",\"fsLayers\":[{\"blobSum\":\"x\"}]}"),
                "m: /schemaVersion: Docker's schema 1 is not carried out, only schema 2");
    expect_same(outcome("{}", "application/vnd.docker.distribution.manifest.v1+prettyjws"),
                "m: is application/vnd.docker.distribution.manifest.v1+prettyjws: Docker's schema "
                "1 is not carried out, only schema 2");
    expect_same(outcome("{\"schemaVersion\":3}"), "m: /schemaVersion: 3 is not known, 2 is");
    expect_same(outcome("{\"layers\":[]}"), "m: \"schemaVersion\" is missing");
}

Test(manifest, what_does_not_run_is_refused)
{
    expect_same(outcome(manifest("", "", "application/vnd.cncf.helm.config.v1+json")),
                "m: /config: not a runnable image: its config is "
                "\"application/vnd.cncf.helm.config.v1+json\"");
    expect_same(outcome("{\"schemaVersion\":2,\"layers\":[]}"), "m: \"config\" is missing");
    expect_same(outcome(layers(descriptor("application/vnd.in-toto+json"))),
                "m: /layers: \"application/vnd.in-toto+json\" is not a media type of a "
                "layer that is known");
    for (const char* type :
         {"application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
          "application/vnd.docker.image.rootfs.diff.tar.gzip",
          "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"})
        expect_same(outcome(layers(descriptor(type))), std::string(kOci));
}

Test(manifest, sizes_and_numbers_have_limits)
{
    const std::string kMost = "9223372036854775807";
    expect_same(outcome(layers(descriptor(kLayerType, kMost))), std::string(kOci));
    expect_same(outcome(layers(descriptor(kLayerType, kMost) + "," + descriptor(kLayerType, "1"))),
                "m: /layers: are more than 9223372036854775807 bytes together");
    for (const char* size : {"9223372036854775808", "-1", "1.0", "1e3", "18446744073709551616"})
        cr_expect(outcome(layers(descriptor(kLayerType, size))).contains("/layers/0/size: "));

    std::string many = descriptor(kLayerType);
    for (std::size_t i = 1; i < kLayersMost; i++)
        many += "," + descriptor(kLayerType);
    expect_same(outcome(layers(many)), std::string(kOci));
    expect_same(outcome(layers(many + "," + descriptor(kLayerType))),
                "m: /layers: 501 layers, the most is 500");
    const auto config = descriptor(kConfigType, "4194305");
    expect_same(outcome("{\"schemaVersion\":2,\"layers\":[],\"config\":" + config + "}"),
                "m: /config: 4194305 bytes, the most is 4194304");
}

Test(manifest, a_bad_digest_is_refused_wherever_it_stands)
{
    const std::string bad = "{\"mediaType\":\"a\",\"size\":1,\"digest\":\"sha256:../x\"}";
    cr_expect(outcome(layers(bad)).contains("/layers/0/digest: \"sha256:../x\" is not a digest"));
    cr_expect(outcome("{\"schemaVersion\":2,\"manifests\":[" + bad + "]}")
                  .contains("/manifests/0/digest: "));
    cr_expect(outcome("{\"schemaVersion\":2,\"layers\":[],\"config\":" + bad + "}")
                  .contains("/config/digest: "));
}
