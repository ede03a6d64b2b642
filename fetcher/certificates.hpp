// CA certificates that somebody has put somewhere.
#pragma once

#include <string>

#include "spec/result.hpp"

namespace fetcher {

// A file of them (PEM), or all files *.crt and *.pem of a folder.
Result<std::string> read_certificates(const std::string& path);

}  // namespace fetcher
