// Digests: what is one, and what must never reach a path.

#include "spec/digest.hpp"

#include <criterion/criterion.h>

static const std::string k256(64, 'a');

Test(digest, reads_and_writes)
{
    const auto digest = spec::read_digest("sha256:" + k256);
    cr_assert(digest);
    cr_expect(digest->hash == spec::Hash::Sha256);
    cr_expect(digest->text() == "sha256:" + k256);
    cr_expect(spec::read_digest("sha512:" + k256 + k256));
}

Test(digest, refuses_all_else)
{
    const std::string bad[] = {
        "",
        k256,
        "sha256:",
        "sha256:" + k256 + "a",
        "sha256:" + k256.substr(1),
        "sha256:" + std::string(64, 'A'),
        "sha256:" + std::string(64, '/'),
        "sha256:../../etc/passwd",
        "sha1:" + std::string(40, 'a'),
        "SHA256:" + k256,
        "sha512:" + k256,
        " sha256:" + k256,
    };
    for (const auto& text : bad)
        cr_expect(!spec::read_digest(text), "%s", text.c_str());
}

Test(digest, hex_of_bytes)
{
    cr_expect(spec::hex_of(std::string_view("\x00\x1f\xff", 3)) == "001fff");
}
