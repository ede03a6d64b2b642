#include "shim/fetch_request.hpp"

#include <algorithm>

#include "spec/json_writer.hpp"
#include "spec/text.hpp"

namespace shim {

namespace {

struct Part {
    std::string_view key;
    Result<> (*read)(FetchRequest&, std::string_view value);
};

template <std::string FetchRequest::* Member>
Result<> read_text(FetchRequest& into, std::string_view value)
{
    if (value.empty())
        return failed("it is empty");
    into.*Member = value;
    return {};
}

template <bool FetchRequest::* Member>
Result<> read_flag(FetchRequest& into, std::string_view value)
{
    const bool yes = value.empty() || value == "yes" || value == "true";
    if (!yes && value != "no" && value != "false")
        return failed("{} is neither yes nor no", spec::quoted(value));
    into.*Member = yes;
    return {};
}

constexpr Part kParts[] = {
    {"src", read_text<&FetchRequest::uri>},
    {"dst", read_text<&FetchRequest::name>},
    {"sha256", read_text<&FetchRequest::sha256>},
    {"extract", read_flag<&FetchRequest::extract>},
    {"executable", read_flag<&FetchRequest::executable>},
};

}  // namespace

Result<> read_word(std::string_view word, FetchRequest& into)
{
    while (!word.empty()) {
        const auto part = word.substr(0, word.find(','));
        word.remove_prefix(std::min(word.size(), part.size() + 1));
        const auto key = part.substr(0, part.find('='));
        const auto value = part.substr(std::min(part.size(), key.size() + 1));
        const auto* known = std::ranges::find(kParts, key, &Part::key);
        if (known == std::end(kParts))
            return failed("{} is none of src, dst, sha256, extract, executable", spec::quoted(key));
        TRY_TO(known->read(into, value), "{}", key);
    }
    if (into.uri.empty())
        return failed("src=URI is missing");
    for (const auto* taken : {"stdout", "stderr"})
        if (into.name == taken)
            return failed("dst: {} is what the container writes", taken);
    return {};
}

std::string write(const std::vector<FetchRequest>& requests)
{
    spec::JsonWriter json;
    json.object().key("uris").array();
    for (const auto& request : requests) {
        json.object().member("value", request.uri);
        if (!request.name.empty())
            json.member("output_file", request.name);
        if (!request.sha256.empty())
            json.member("sha256", request.sha256);
        json.member("extract", request.extract).member("executable", request.executable).end();
    }
    return json.end().end().text();
}

}  // namespace shim
