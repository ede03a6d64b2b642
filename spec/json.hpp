// Reads a JSON text into plain structs as constexpr tables of fields say, and tells exactly what is
// wrong with it.
//
//     constexpr Field kRootFields[] = {
//         field<&Root::path>("path", {.required = true, .check = filled}),
//         field<&Root::readonly>("readonly"),
//     };
//     constexpr Object<Root> kRoot = object<Root>(kRootFields);
//     ...
//     Result<Root> root = read_json(kRoot, text, "root.json");
//
// JSON is taken strictly: UTF-8 without a byte order mark; no comments, nothing after the value; no
// key twice in any object, none that differs from a known one in case alone; no NUL in a string; no
// lone surrogate. Integers are written in digits alone (as Go and serde have it, 1.0 and 1e3 are
// none) and are read exactly. null stands for an absent property, and for nothing else. Unknown
// properties are skipped, but all of this holds inside them too.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "spec/json_map.hpp"
#include "spec/result.hpp"
#include "spec/words.hpp"

namespace spec {

// The longest text that is read, in bytes, and its deepest nesting (config.json has seven levels).
inline constexpr std::size_t kJsonMost = std::size_t{4} << 20;
inline constexpr std::size_t kDepthMost = 64;

// What is wrong with a value that was read, and which property is to blame (empty: all of it).
struct Fault {
    std::string_view property = {};
    std::string reason = {};
};
using Verdict = std::optional<Fault>;

enum class Kind : unsigned char { Boolean, Integer, String, Word, Array, Map, Object };

struct Range {
    std::int64_t least = 0;
    std::uint64_t most = 0;
};

// How values of one C++ type are stored, without their type: one constant for each, kType<T>.
struct Type {
    Kind kind = Kind::Object;
    Range range = {};                                              // Integer
    std::span<const std::string_view> words = {};                  // Word
    const Type* element = nullptr;                                 // Array, Map
    void (*store)(void* place, std::uint64_t bits) = nullptr;      // Boolean, Integer, Word
    void* (*emplace)(void* optional) = nullptr;                    // where T is an optional
    void* (*append)(void* array) = nullptr;                        // Array
    void* (*insert)(void* map, const std::string& key) = nullptr;  // Map
};

// What a field demands of its value. `check` and `range` also hold for the elements of an array or
// a map. A check returns what is wrong, as the end of a sentence: "is not an absolute path".
struct Rules {
    using Check = std::string_view (*)(std::string_view);
    bool required = false;
    bool filled = false;  // an array has elements
    Check check = nullptr;
    Check check_key = nullptr;
    std::optional<Range> range = {};
};

struct Table;

// A property of an object: its name, and where its value goes.
struct Field {
    std::string_view name = {};
    std::size_t owner = 0;       // the tag of the struct it belongs to; 0: of any
    const Type* type = nullptr;  // null: the property is known, and skipped
    const Table* table = nullptr;
    Rules rules = {};
    void* (*member)(void* owner) = nullptr;
    Verdict (*check_each)(const void* array) = nullptr;
};

struct Table {
    std::span<const Field> fields = {};
    Verdict (*check)(const void* object) = nullptr;
};

// The table of T's fields.
template <class T>
struct Object : Table {};

namespace detail {

// A number that stands for T. (The address of a variable would be shorter, but g++ 12 with its
// sanitizers does not compare addresses at compile time.)
template <class T>
consteval std::size_t tag()
{
    std::size_t hash = 0;
    for (const char c : std::string_view(__PRETTY_FUNCTION__))
        hash = hash * 31 + static_cast<unsigned char>(c);
    return hash;
}

void this_field_belongs_to_another_struct();  // never defined: a table that calls it is no constant

template <class T>
inline constexpr bool kOptional = false;
template <class T>
inline constexpr bool kOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kArray = false;
template <class T>
inline constexpr bool kArray<std::vector<T>> = true;
template <class T>
inline constexpr bool kMap = false;
template <class T>
inline constexpr bool kMap<Map<T>> = true;

template <class T>
consteval Type type_of();
template <class T>
inline constexpr Type kType = type_of<T>();

template <class T>
void store(void* place, std::uint64_t bits)
{
    *static_cast<T*>(place) = static_cast<T>(bits);
}

template <class T>
consteval Type type_of()
{
    if constexpr (kOptional<T>) {
        Type type = kType<typename T::value_type>;
        type.emplace = [](void* optional) -> void* {
            return &static_cast<T*>(optional)->emplace();
        };
        return type;
    } else if constexpr (kArray<T>) {
        return {
            .kind = Kind::Array,
            .element = &kType<typename T::value_type>,
            .append = [](void* array) -> void* { return &static_cast<T*>(array)->emplace_back(); }};
    } else if constexpr (kMap<T>) {
        return {.kind = Kind::Map,
                .element = &kType<typename T::mapped_type>,
                .insert = [](void* map, const std::string& key) -> void* {
                    return &(*static_cast<T*>(map))[key];
                }};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return {.kind = Kind::String};
    } else if constexpr (std::is_same_v<T, bool>) {
        return {.kind = Kind::Boolean, .store = store<T>};
    } else if constexpr (std::is_integral_v<T>) {
        return {.kind = Kind::Integer,
                .range = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()},
                .store = store<T>};
    } else if constexpr (std::is_enum_v<T>) {
        return {.kind = Kind::Word, .words = kWords<T>, .store = store<T>};
    } else {
        return {.kind = Kind::Object};
    }
}

// What lies at the bottom of optionals, arrays and maps.
template <class T>
struct Leaf {
    using Name = T;
};
template <class T>
struct Leaf<std::optional<T>> : Leaf<T> {};
template <class T>
struct Leaf<std::vector<T>> : Leaf<T> {};
template <class T>
struct Leaf<Map<T>> : Leaf<T> {};

template <class T>
struct Member;
template <class Owner_, class Value_>
struct Member<Value_ Owner_::*> {
    using Owner = Owner_;
    using Value = Value_;
    using Bottom = typename Leaf<Value_>::Name;
};

}  // namespace detail

namespace detail {
template <auto Pointer>
consteval Field field_of(std::string_view name, Rules rules)
{
    using Of = Member<decltype(Pointer)>;
    return {.name = name,
            .owner = tag<typename Of::Owner>(),
            .type = &kType<typename Of::Value>,
            .rules = rules,
            .member = [](void* owner) -> void* {
                return &(static_cast<typename Of::Owner*>(owner)->*Pointer);
            }};
}
}  // namespace detail

// A field of numbers, strings, words or booleans, or of arrays or maps of them.
template <auto Pointer>
consteval Field field(std::string_view name, Rules rules = {})
{
    using Bottom = typename detail::Member<decltype(Pointer)>::Bottom;
    static_assert(detail::kType<Bottom>.kind != Kind::Object, "an object needs its table");
    return detail::field_of<Pointer>(name, rules);
}

// A field of objects, or of arrays or maps of them. `CheckEach` sees an array after each of its
// elements; it may blame a property of the last one.
template <auto Pointer, auto CheckEach = nullptr>
consteval Field field(std::string_view name,
                      const Object<typename detail::Member<decltype(Pointer)>::Bottom>& table,
                      Rules rules = {})
{
    Field result = detail::field_of<Pointer>(name, rules);
    result.table = &table;
    if constexpr (CheckEach != nullptr)
        result.check_each = [](const void* array) -> Verdict {
            using Array = typename detail::Member<decltype(Pointer)>::Value;
            return CheckEach(*static_cast<const Array*>(array));
        };
    return result;
}

// A property that is known, and is nothing to us: another platform's.
consteval Field ignored(std::string_view name)
{
    return {.name = name};
}

// `Check` sees the struct when all of it was read.
template <class T, Verdict (*Check)(const T&) = nullptr>
consteval Object<T> object(std::span<const Field> fields)
{
    for (const Field& field : fields)
        if (field.owner && field.owner != detail::tag<T>())
            detail::this_field_belongs_to_another_struct();
    Object<T> result{{.fields = fields}};
    if constexpr (Check != nullptr)
        result.check = [](const void* object) { return Check(*static_cast<const T*>(object)); };
    return result;
}

// Reads into `into`. `refused` are JSON pointers (a part may be *) of properties that must be
// absent. `name` stands in front of every message.
Result<> read_json(const Table& table, void* into, std::string_view text, std::string_view name,
                   std::span<const std::string_view> refused);

template <class T>
Result<T> read_json(const Object<T>& table, std::string_view text, std::string_view name,
                    std::span<const std::string_view> refused = {})
{
    T value;
    TRY(read_json(table, &value, text, name, refused));
    return value;
}

}  // namespace spec
