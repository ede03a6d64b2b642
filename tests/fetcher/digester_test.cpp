#include "fetcher/digester.hpp"

#include <criterion/criterion.h>

Test(digester, known_digests_in_pieces)
{
    auto sha256 = fetcher::Digester::make(spec::Hash::Sha256);
    cr_assert(sha256);
    for (const std::string_view piece : {"a", "", "bc"})
        cr_assert(sha256->add(std::as_bytes(std::span(piece))));
    cr_expect(sha256->finish()->text() ==
              "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    auto sha512 = fetcher::Digester::make(spec::Hash::Sha512);
    cr_assert(sha512);
    const auto empty = sha512->finish();
    cr_assert(empty);
    cr_expect(empty->text().starts_with("sha512:cf83e1357eefb8bdf1542850d66d8007"));
    cr_expect(spec::read_digest(empty->text()));
}
