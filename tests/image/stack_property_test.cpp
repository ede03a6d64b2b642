// Random small layers: the stack with its fixes, the flat copy and the kernel's own overlay show
// what applying the layers one after the other shows.
#include <random>

#include "tests/image/layer_shown.hpp"
#include "tests/image/layer_tar.hpp"

using model::Item;
using model::Items;
using model::Kind;

namespace {

// Small worlds of few names, so that layers meet.
class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}

    unsigned below(unsigned end) { return static_cast<unsigned>(engine_() % end); }
    template <class List>
    auto& of(List& list)
    {
        return list[below(static_cast<unsigned>(std::size(list)))];
    }

    std::string path(unsigned deepest)
    {
        std::string path;
        for (unsigned depth = 1 + below(deepest); depth > 0; --depth)
            path = model::in(path, std::string(1, static_cast<char>('a' + below(4))));
        return path;
    }

    Items layer(bool lowest)
    {
        Items items;
        for (unsigned count = 1 + below(lowest ? 8 : 6); count > 0; --count)
            if (Item made = item(lowest); fits(made, items) && !is_entangled(made, made))
                items.push_back(std::move(made));
        return items;
    }

    // Another order in which a tar could have the entries: folders before what is in them, targets
    // before links to them.
    Items shuffled(const Items& items)
    {
        Items left = items;
        Items order;
        while (!left.empty()) {
            const auto at = left.begin() + below(static_cast<unsigned>(left.size()));
            if (std::any_of(left.begin(), left.end(),
                            [&](const Item& other) { return comes_before(other, *at); }))
                continue;
            order.push_back(*at);
            left.erase(at);
        }
        return order;
    }

private:
    static bool is_hiding(const Item& item)
    {
        return item.kind == Kind::Whiteout || item.kind == Kind::Opaque;
    }

    static bool comes_before(const Item& one, const Item& other)
    {
        if (is_hiding(one))
            return false;
        return model::is_within(other.path, one.path) ||
               (other.kind == Kind::Link && one.path == other.text && one.path != other.path);
    }

    // Links to each other, and one to what another entry needs as a folder.
    static bool is_entangled(const Item& link, const Item& other)
    {
        return link.kind == Kind::Link && (model::is_within(other.path, link.text) ||
                                           (other.kind == Kind::Link && link.text == other.path));
    }

    static bool goes_with(const Item& hides, const Item& makes)
    {
        return (hides.kind == Kind::Whiteout && !is_hiding(makes)) ||
               (hides.kind == Kind::Opaque && makes.kind == Kind::Folder);
    }

    // One entry for a path, and nothing within what is no folder; whiteouts may meet both.
    static bool fits(const Item& made, const Items& items)
    {
        return std::none_of(items.begin(), items.end(), [&](const Item& item) {
            if (item.path == made.path)
                return !goes_with(item, made) && !goes_with(made, item);
            const auto closed = [](const Item& one) {
                return one.kind != Kind::Folder && !is_hiding(one);
            };
            return (closed(item) && model::is_within(made.path, item.path)) ||
                   (closed(made) && model::is_within(item.path, made.path)) ||
                   is_entangled(item, made) || is_entangled(made, item);
        });
    }

    Item item(bool lowest)
    {
        constexpr Kind kinds[] = {Kind::Folder,   Kind::Folder,   Kind::File,    Kind::File,
                                  Kind::File,     Kind::Symlink,  Kind::Symlink, Kind::Symlink,
                                  Kind::Fifo,     Kind::Device,   Kind::Link,    Kind::Link,
                                  Kind::Whiteout, Kind::Whiteout, Kind::Opaque};
        constexpr mode_t modes[] = {0755, 0700, 0644, 04755, 01777, 02770};
        Item item = {.kind = of(kinds),
                     .path = path(3),
                     .mode = of(modes),
                     .uid = below(2) * 7,
                     .gid = below(2) * 8,
                     .modified = static_cast<long>(below(100)) - 5};
        if (lowest && (item.kind == Kind::Link || is_hiding(item)))
            item.kind = Kind::Symlink;
        if (item.kind == Kind::Folder || item.kind == Kind::Opaque)
            item.path = below(6) == 0 ? "" : item.path;
        if (item.kind == Kind::File)
            item.text = format("text {}", below(1000));
        if (item.kind == Kind::Link)
            item.text = path(2);
        if (item.kind == Kind::Symlink)
            item.text = std::string(of(starts_)) + path(2);
        if ((item.kind == Kind::Folder || item.kind == Kind::File) && below(3) == 0)
            item.xattr = format("value {}", below(9));
        return item;
    }

    static constexpr const char* starts_[] = {"", "", "/", "../", "../../", "./"};
    std::mt19937 engine_;
};

// Whether the layer means the same in whatever order: only then can folders say what it means.
bool is_clear(Random& random, const model::Tree& before, const Items& items, model::Tree& after,
              bool& fine)
{
    std::optional<model::Shown> first;
    for (int order = 0; order < 40; ++order) {
        model::Tree tree;
        std::map<const Item*, std::shared_ptr<Item>> copies;
        for (const auto& [path, item] : before) {
            auto& copy = copies[item.get()];
            copy = copy ? copy : std::make_shared<Item>(*item);
            tree[path] = copy;
        }
        const auto applied = model::apply(tree, random.shuffled(items));
        auto lines = applied.fine ? model::shown(tree) : model::Shown();
        if (applied.doubtful || (first && *first != lines))
            return false;
        first = std::move(lines);
        after = std::move(tree);
        fine = applied.fine;
    }
    return true;
}

std::string story(unsigned seed, const std::vector<Items>& layers)
{
    constexpr const char* kinds[] = {"folder", "file",    "symlink",  "fifo",
                                     "device", "link to", "whiteout", "opaque"};
    std::string text = format("seed {}", seed);
    for (const auto& items : layers) {
        text += "\n layer:";
        for (const auto& item : items)
            text +=
                format(" [/{} {} {}]", item.path, kinds[static_cast<int>(item.kind)], item.text);
    }
    return text;
}

// Builds a random stack until it has some layers or one that cannot be applied, then compares.
void check(unsigned seed, bool mounts, model::Chain::Write write)
{
    Random random(seed);
    model::Chain chain(write);
    model::Tree tree;
    std::vector<Items> layers;
    for (unsigned wanted = 2 + random.below(4); layers.size() < wanted;) {
        const Items made = random.layer(layers.empty());
        const Items items = random.shuffled(made);
        model::Tree after;
        bool fine = false;
        if (items.empty() || !is_clear(random, tree, items, after, fine))
            continue;
        layers.push_back(items);
        const auto fix = chain.try_add(items);
        cr_assert_eq(fix.has_value(), fine, "%s\n%s", story(seed, layers).c_str(),
                     fix ? "must fail" : fix.error().message().c_str());
        if (!fine)
            return;
        tree = std::move(after);
    }
    const auto right = model::shown(tree);
    const auto compare = [&](const char* what, const model::Shown& shown) {
        cr_assert(shown == right, "%s: %s%s", what, story(seed, layers).c_str(),
                  model::difference(right, shown).c_str());
    };
    compare("stack", model::shown(chain.stack));
    compare("flat", model::flattened(chain));
    if (mounts)
        compare("mounted", model::mounted(chain));
}

void check_many(model::Chain::Write write)
{
    const bool mounts = model::can_mount();
    const char* from = std::getenv("SEED");
    const unsigned first = from ? static_cast<unsigned>(std::atoi(from)) : 1;
    const char* many = std::getenv("SEEDS");
    const unsigned count = many ? static_cast<unsigned>(std::atoi(many)) : 200;
    for (unsigned seed = first; seed < first + count; ++seed)
        check(seed, mounts, write);
}

}  // namespace

Test(stack_property, every_way_to_see_layers_shows_what_they_mean)
{
    check_many(model::write_by_hand);
}

Test(stack_property, tars_become_layers_that_show_what_they_mean)
{
    check_many(model::write_from_tar);
}
