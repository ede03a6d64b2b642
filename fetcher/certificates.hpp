// CA certificates that somebody has put somewhere.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace fetcher {

// The files of a folder whose names end so, as one text; "" where there are none.
Result<std::string> read_certificate_folder(const std::string& path,
                                            std::span<const std::string_view> endings);

// A file of them (PEM), or all files *.crt and *.pem of a folder.
Result<std::string> read_certificates(const std::string& path);

}  // namespace fetcher
