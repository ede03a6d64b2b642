#include "fetcher/entry_path.hpp"

#include <criterion/criterion.h>

static std::string clean(std::string_view path)
{
    const auto cleaned = fetcher::clean_path(path, {});
    return cleaned ? *cleaned : "(" + cleaned.error().message() + ")";
}

Test(entry_path, is_brought_into_one_form)
{
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {".", ""},
        {"./", ""},
        {"/", ""},
        {"a", "a"},
        {"./a/", "a"},
        {"//a//b/.//c", "a/b/c"},
        {"...", "..."},
        {"a/.wh.b", "a/.wh.b"},
        {"a\xff/b\n", "a\xff/b\n"},
    };
    for (const auto& [path, expected] : rows)
        cr_expect(clean(path) == expected, "%s", clean(path).c_str());
}

Test(entry_path, what_cannot_be_honest_is_refused)
{
    const std::string long_name(256, 'n');
    std::string deep;
    for (int i = 0; i < 1025; ++i)
        deep += "d/";
    std::string long_path;
    while (long_path.size() < 4096)
        long_path += std::string(200, 'p') + "/";
    for (const std::string& path :
         {std::string(".."), std::string("a/../b"), std::string("/.."), std::string("a/.."),
          long_name, deep, long_path, std::string("a\0b", 3)})
        cr_expect(!fetcher::clean_path(path, {}), "%s", path.c_str());
    cr_expect(fetcher::clean_path(long_name.substr(1), {}));
}

Test(entry_path, parent_and_name)
{
    cr_expect(fetcher::parent_of("a/b/c") == "a/b");
    cr_expect(fetcher::parent_of("a") == "");
    cr_expect(fetcher::name_of("a/b/c") == "c");
    cr_expect(fetcher::name_of("a") == "a");
}
