#include "fetcher/order.hpp"

#include <algorithm>
#include <map>

#include "spec/json.hpp"
#include "spec/text.hpp"

namespace fetcher {

namespace {

constexpr std::size_t kItemsMost = 10'000;

struct Document {
    std::vector<Order> uris = {};
};

Result<spec::Digest> digest_of(std::string_view hex)
{
    std::string text = "sha256:" + std::string(hex);
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    auto digest = spec::read_digest(text);
    if (!digest)
        return failed("is not 64 hexadecimal digits");
    return digest;
}

spec::Verdict check_order(const Order& order)
{
    if (order.cache)
        return spec::Fault{"cache", "wants a cache, which is not carried out yet"};
    if (!order.sha256.empty() && !digest_of(order.sha256))
        return spec::Fault{"sha256", digest_of(order.sha256).error().doing};
    const auto uri = read_uri(order.value);
    if (!uri)
        return spec::Fault{"value", format("cannot be fetched: {}", uri.error().doing)};
    const bool named = !order.output_file.empty();
    const auto name =
        output_name(named ? order.output_file : uri->name, named ? Of::Option : Of::Uri);
    if (name)
        return std::nullopt;
    if (named)
        return spec::Fault{"output_file", name.error().doing};
    return spec::Fault{"value", format("ends in the name {}, which {}", spec::quoted(uri->name),
                                       name.error().doing)};
}

constexpr spec::Field kOrderFields[] = {
    spec::field<&Order::value>("value", {.required = true}),
    spec::field<&Order::executable>("executable"),
    spec::field<&Order::extract>("extract"),
    spec::field<&Order::cache>("cache"),
    spec::field<&Order::output_file>("output_file"),
    spec::field<&Order::sha256>("sha256"),
};
constexpr auto kOrder = spec::object<Order, check_order>(kOrderFields);
constexpr spec::Field kDocumentFields[] = {
    spec::field<&Document::uris>("uris", kOrder, {.required = true}),
};
constexpr auto kDocument = spec::object<Document>(kDocumentFields);

}  // namespace

Result<Item> read_item(const Order& order)
{
    Item item = {.executable = order.executable};
    item.uri = TRY(read_uri(order.value));
    if (!order.sha256.empty())
        item.digest = TRY(digest_of(order.sha256));
    const bool named = !order.output_file.empty();
    const std::string& wanted = named ? order.output_file : item.uri.name;
    auto name = output_name(wanted, named ? Of::Option : Of::Uri);
    if (!name)
        return failed("the name {} {}", spec::quoted(wanted), name.error().doing);
    item.name = std::move(*name);
    return item;
}

Result<std::vector<Item>> read_orders(std::string_view json, std::string_view name)
{
    const auto document = TRY(spec::read_json(kDocument, json, name));
    if (document.uris.size() > kItemsMost)
        return failed("{}: /uris has {} elements, the most is {}", name, document.uris.size(),
                      kItemsMost);
    std::vector<Item> items;
    for (const auto& order : document.uris) {
        Item item = TRY(read_item(order));
        item.extract = order.extract && !order.executable ? Extract::IfArchive : Extract::No;
        items.push_back(std::move(item));
    }
    return items;
}

Result<> check_names(const std::vector<Item>& items)
{
    std::map<std::string, const Item*> names;
    for (const auto& item : items)
        if (const auto [there, is_new] = names.emplace(item.name, &item); !is_new)
            return failed_with(Status::Usage, "{} and {} would both become {}",
                               there->second->uri.shown, item.uri.shown, spec::quoted(item.name));
    for (const auto& [name, item] : names)
        for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', slash + 1))
            if (const auto found = names.find(name.substr(0, slash)); found != names.end())
                return failed_with(Status::Usage, "{} would become {}, and {} a file in it",
                                   found->second->uri.shown, spec::quoted(found->first),
                                   item->uri.shown);
    return {};
}

}  // namespace fetcher
