// What can be fetched: a file of this machine, or what a web server has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace fetcher {

struct Uri {
    enum class Kind : std::uint8_t { File, Http };
    Kind kind = Kind::File;
    std::string place = {};          // an absolute path, or a URL without credentials and fragment
    std::string authorization = {};  // of an Authorization header, for this URL's origin alone
    std::string shown = {};          // for messages: what may be secret is left out
    std::string name = {};           // the last component of its path, decoded; "": it has none
};

// An absolute path, file:, http: or https:. What is wrong is said without quoting the URI, which
// may hold a password.
Result<Uri> read_uri(std::string_view text);

// Each %XX becomes its byte; a "%" that is none stays.
std::string percent_decoded(std::string_view text);

// Whether a file may be called so: what follows is the end of a sentence, "has ...", "is ...".
// A path of several components below the sandbox is one where `name` is an option's.
enum class Of : std::uint8_t { Uri, Option };
Result<std::string> output_name(std::string_view name, Of whose);

}  // namespace fetcher
