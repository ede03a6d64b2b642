// Platforms: their spellings, and which descriptor of an index is chosen.
#include "spec/platform.hpp"

#include <vector>

#include "spec/manifest.hpp"
#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";

Descriptor descriptor(std::string_view platform, bool zstd = false, std::string type = kManifest)
{
    Descriptor result = {.media_type = type};
    if (!platform.empty()) {
        auto rest = platform;
        Platform& its = result.platform.emplace();
        for (std::string* part : {&its.os, &its.architecture, &its.variant}) {
            *part = rest.substr(0, rest.find('/'));
            rest.remove_prefix(std::min(rest.size(), part->size() + 1));
        }
    }
    if (zstd)
        result.annotations["io.github.containers.compression.zstd"] = "true";
    return result;
}

// The number of the one that is chosen, or what is wrong.
std::string chosen(const std::vector<Descriptor>& all, std::string_view wanted)
{
    const auto number = choose(all, *read_platform(wanted));
    return number ? std::to_string(*number) : number.error().message();
}

std::string chosen(std::initializer_list<const char*> platforms, std::string_view wanted)
{
    std::vector<Descriptor> all;
    for (const char* each : platforms)
        all.push_back(descriptor(each));
    return chosen(all, wanted);
}

}  // namespace

Test(platform, has_a_normal_form)
{
    const std::pair<const char*, const char*> kCases[] = {
        {"linux/amd64", "linux/amd64"},       {"linux/x86_64", "linux/amd64"},
        {"linux/x86-64", "linux/amd64"},      {"linux/amd64/v1", "linux/amd64"},
        {"linux/amd64/v3", "linux/amd64/v3"}, {"Linux/AMD64", "linux/amd64"},
        {"linux/i386", "linux/386"},          {"linux/i686", "linux/386"},
        {"linux/386/sse2", "linux/386"},      {"linux/aarch64", "linux/arm64"},
        {"linux/arm64/v8", "linux/arm64"},    {"linux/arm64/8", "linux/arm64"},
        {"linux/arm64/v9", "linux/arm64/v9"}, {"linux/armhf", "linux/arm/v7"},
        {"linux/armel", "linux/arm/v6"},      {"linux/arm", "linux/arm"},
        {"linux/arm/7", "linux/arm/v7"},      {"linux/arm/v5", "linux/arm/v5"},
        {"linux/riscv64", "linux/riscv64"},   {"windows/amd64", "windows/amd64"},
        {"linux/s390x", "linux/s390x"},       {"linux/loongarch64", "linux/loong64"},
    };
    for (const auto& [text, normal] : kCases) {
        const auto platform = read_platform(text);
        cr_assert(platform, "%s", text);
        expect_same(platform->text(), normal);
    }
}

Test(platform, refuses_all_else)
{
    for (const char* text : {"", "linux", "/", "linux/", "/amd64", "linux/amd64/", "linux/arm/v7/x",
                             "linux//v7", "lin ux/amd64", "linux/amd64\n", "linux/\xc3\xa9"}) {
        const auto platform = read_platform(text);
        cr_assert(!platform, "%s", text);
        cr_expect(platform.error().message().contains("is not a platform such as"));
    }
}

Test(platform, of_the_machine)
{
    const std::string v2 = "fpu sse2 ssse3 pni cx16 lahf_lm popcnt sse4_1 sse4_2";
    const std::string v3 = v2 + " avx avx2 bmi1 bmi2 f16c fma abm movbe xsave";
    const std::string v4 = v3 + " avx512f avx512bw avx512cd avx512dq avx512vl";
    expect_same(machine_platform("x86_64", "").text(), "linux/amd64");
    expect_same(machine_platform("x86_64", "fpu sse2").text(), "linux/amd64");
    expect_same(machine_platform("x86_64", v2).text(), "linux/amd64/v2");
    expect_same(machine_platform("x86_64", v3).text(), "linux/amd64/v3");
    expect_same(machine_platform("x86_64", v4).text(), "linux/amd64/v4");
    expect_same(machine_platform("x86_64", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave").text(),
                "linux/amd64");
    expect_same(machine_platform("aarch64", v4).text(), "linux/arm64");
    expect_same(machine_platform("armv7l", "").text(), "linux/arm/v7");
    expect_same(machine_platform("armv6l", "").text(), "linux/arm/v6");
    expect_same(machine_platform("i686", "").text(), "linux/386");
    expect_same(machine_platform("riscv64", "").text(), "linux/riscv64");
}

Test(platform, the_best_variant_is_chosen)
{
    expect_same(chosen({"linux/386", "linux/amd64"}, "linux/amd64"), "1");
    expect_same(chosen({"linux/amd64", "linux/amd64"}, "linux/amd64"), "0");
    expect_same(chosen({"windows/amd64", "linux/amd64"}, "linux/amd64"), "1");
    expect_same(chosen({"linux/x86_64"}, "linux/amd64"), "0");
    expect_same(chosen({"linux/arm64/v8"}, "linux/arm64"), "0");
    expect_same(chosen({"linux/arm64"}, "linux/arm64/v8"), "0");
    expect_same(chosen({"linux/arm64"}, "linux/arm64/v9"), "0");
    expect_same(chosen({"linux/arm/v5", "linux/arm/v6", "linux/arm/v7"}, "linux/arm/v7"), "2");
    expect_same(chosen({"linux/arm/v5", "linux/arm/v6", "linux/arm/v7"}, "linux/arm"), "2");
    expect_same(chosen({"linux/arm/v5", "linux/arm/v7"}, "linux/arm/v6"), "0");
    expect_same(chosen({"linux/arm", "linux/arm/v5"}, "linux/arm/v8"), "1");
    expect_same(chosen({"linux/arm"}, "linux/arm/v6"), "0");
    expect_same(chosen({"linux/amd64", "linux/amd64/v2", "linux/amd64/v3", "linux/amd64/v4"},
                       "linux/amd64/v3"),
                "2");
    expect_same(chosen({"linux/amd64", "linux/amd64/v4"}, "linux/amd64/v3"), "0");
}

Test(platform, zstd_comes_first_among_equals_only)
{
    expect_same(chosen({descriptor("linux/amd64"), descriptor("linux/amd64", true),
                        descriptor("linux/amd64", true)},
                       "linux/amd64"),
                "1");
    expect_same(
        chosen({descriptor("linux/arm/v6", true), descriptor("linux/arm/v7")}, "linux/arm/v7"),
        "1");
}

Test(platform, what_is_no_image_is_passed_over)
{
    expect_same(chosen({descriptor("linux/amd64", false, "application/x"),
                        descriptor("unknown/unknown"), descriptor("linux/amd64")},
                       "linux/amd64"),
                "2");
    expect_same(chosen({descriptor(""), descriptor("linux/amd64")}, "linux/amd64"), "1");
    expect_same(chosen({descriptor("linux/386"), descriptor(""), descriptor("")}, "linux/amd64"),
                "1");
}

Test(platform, an_error_lists_what_there_is)
{
    expect_same(
        chosen({"linux/amd64", "linux/arm/v7", "unknown/unknown", "linux/x86_64", "windows/amd64"},
               "linux/arm64"),
        "no image for linux/arm64: there are linux/amd64, linux/arm/v7, windows/amd64");
    expect_same(chosen({"linux/arm/v7"}, "linux/arm/v6"),
                "no image for linux/arm/v6: there are linux/arm/v7");
    expect_same(chosen({"linux/amd64/v2"}, "linux/amd64"),
                "no image for linux/amd64: there are linux/amd64/v2");
    expect_same(chosen({"unknown/unknown"}, "linux/amd64"),
                "no image for linux/amd64: the index lists none");
    std::vector<Descriptor> many;
    for (int i = 0; i < 25; i++)
        many.push_back(descriptor("linux/a" + std::to_string(i)));
    cr_expect(chosen(many, "linux/amd64").ends_with("linux/a18, linux/a19 and 5 more"));
    expect_same(chosen({descriptor("linux/\x1b[31m")}, "linux/amd64"),
                "no image for linux/amd64: there are linux/\\x1b[31m");
}
