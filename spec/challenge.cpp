#include "spec/challenge.hpp"

#include <cctype>
#include <optional>

namespace spec {

namespace {

// RFC 9110, 5.6.2.
bool in_token(char c)
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return std::isalnum(static_cast<unsigned char>(c)) || others.find(c) != others.npos;
}

bool in_token68(char c)
{
    constexpr std::string_view others = "-._~+/";
    return std::isalnum(static_cast<unsigned char>(c)) || others.find(c) != others.npos;
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::vector<Challenge> read()
    {
        std::vector<Challenge> challenges;
        for (;;) {
            skip(" \t,");
            const auto scheme = take(in_token);
            if (scheme.empty())
                return challenges;
            Challenge challenge = {.scheme = lower(scheme)};
            if (skip(" ") && !read_token68(challenge) && !read_parameters(challenge))
                return challenges;
            challenges.push_back(std::move(challenge));
        }
    }

private:
    std::string_view take(bool (*wanted)(char))
    {
        std::size_t length = 0;
        while (length < text_.size() && wanted(text_[length]))
            ++length;
        const auto taken = text_.substr(0, length);
        text_.remove_prefix(length);
        return taken;
    }

    bool skip(std::string_view characters)
    {
        const auto before = text_.size();
        text_.remove_prefix(std::min(text_.find_first_not_of(characters), text_.size()));
        return text_.size() < before;
    }

    // Characters and then "="s up to the end of the challenge: "a=b" is a parameter.
    bool read_token68(Challenge& challenge)
    {
        const auto before = text_;
        std::string token(take(in_token68));
        while (text_.starts_with('=')) {
            token += '=';
            text_.remove_prefix(1);
        }
        skip(" \t");
        if (!token.empty() && (text_.empty() || text_.starts_with(','))) {
            challenge.token = std::move(token);
            return true;
        }
        text_ = before;
        return false;
    }

    // Up to what is no parameter, which is the next challenge's scheme.
    bool read_parameters(Challenge& challenge)
    {
        for (;;) {
            const auto before = text_;
            skip(" \t,");
            const auto name = take(in_token);
            skip(" \t");
            if (name.empty() || !text_.starts_with('=')) {
                text_ = before;
                return true;
            }
            text_.remove_prefix(1);
            skip(" \t");
            auto value = read_value();
            if (!value)
                return false;
            challenge.parameters.emplace(lower(name), std::move(*value));
        }
    }

    std::optional<std::string> read_value()
    {
        if (!text_.starts_with('"'))
            return std::string(
                take(in_token68));  // more than a token: some servers quote too little
        std::string value;
        for (std::size_t i = 1; i < text_.size(); ++i) {
            if (text_[i] == '"') {
                text_.remove_prefix(i + 1);
                return value;
            }
            if (text_[i] == '\\' && ++i == text_.size())
                break;
            value += text_[i];
        }
        return std::nullopt;  // it has no end
    }

    std::string_view text_;
};

}  // namespace

std::vector<Challenge> read_challenges(std::string_view header)
{
    return Reader(header).read();
}

}  // namespace spec
