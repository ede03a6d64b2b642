// The reader behind read_json: follows a JSON text event by event, and the tables with it. Where
// the text is, and what breaks it, is json_reader.cpp's; what its values mean is json.cpp's.
#pragma once

#include <yajl/yajl_parse.h>

#include <set>

#include "spec/faults.hpp"
#include "spec/json.hpp"

namespace spec {

class JsonReader {
public:
    JsonReader(const Table& table, void* into, std::string_view text, std::string_view name,
               std::span<const std::string_view> refused);
    Result<> read();
    std::vector<Error> read_to_the_end(Unknown unknown);

    // yajl's events; false stops it, `error_` says why.
    bool null();
    bool boolean(bool value);
    bool number(std::string_view digits);
    bool string(std::string_view value);
    bool open(bool array);
    bool key(std::string_view name);
    bool close();

private:
    // An object or an array that is open.
    struct Frame {
        const Field* field = nullptr;  // where it goes, null: nowhere
        const Type* type = nullptr;    // Array, Map or Object; null with `field`
        void* place = nullptr;
        bool array = false;
        std::size_t start = 0;
        std::size_t elements = 0;                    // of an array, with the one being read
        std::string key = {};                        // of an object, the last one
        const Field* property = nullptr;             // that it names
        std::set<std::string> keys = {};             // a tree, so that no choice of keys is slow
        std::vector<std::size_t> starts = {};        // of the properties' values; 0: absent or null
        std::vector<std::string_view> refused = {};  // what is left of the patterns that match
    };
    // What the value that begins is to be; without field: skipped.
    struct Slot {
        const Field* field = nullptr;
        const Type* type = nullptr;
    };

    bool check_encoding();
    void parse();
    void token();
    bool begin(Slot& slot);
    Slot expected() const;
    void* place(const Slot& slot);
    bool narrow();
    bool check_text(std::string_view text);
    bool check_property(Frame& frame);
    bool tell_unknown(std::span<const Field> fields);
    static bool fits(const Slot& slot, bool array);
    bool check_closed();
    bool blame(const Fault& fault);
    static Range range(const Slot& slot);
    static std::string needed(const Slot& slot);
    bool mismatch(const Slot& slot, std::string_view found);
    bool wrong(std::string_view sentence, std::string hint = {});
    bool fail(std::size_t at, std::string pointer, std::string_view sentence,
              std::string hint = {});
    bool stop(std::size_t at, std::string pointer, std::string_view sentence);
    Error fault(std::size_t at, std::string pointer, std::string_view sentence) const;
    std::string pointer(std::size_t depth) const;
    void fail_syntax(std::string_view words);

    enum class Last : unsigned char { Nothing, Bracket, Key, Value };

    const std::string_view text_;
    const std::string_view name_;
    const Field root_field_;
    void* const into_;
    std::vector<Frame> frames_ = {};
    std::vector<std::string_view> refused_;  // of the value that begins
    Last last_ = Last::Nothing;
    std::size_t start_ = 0;  // of the last token,
    std::size_t end_ = 0;    // and its end
    yajl_handle yajl_ = nullptr;
    bool finishing_ = false;
    std::optional<Error> error_ = {};  // that ended the reading
    bool goes_on_ = false;             // after what is wrong but for the syntax
    Unknown unknown_ = Unknown::Skipped;
    std::vector<Error> faults_ = {};
};

}  // namespace spec
