// How the content of a URI comes into a file of ours.
#pragma once

#include "fetcher/http.hpp"
#include "fetcher/receiver.hpp"
#include "fetcher/retry.hpp"
#include "fetcher/uri.hpp"

namespace fetcher {

// A regular file of this machine: what may wait for ever is none. As the caller, so with the rights
// of whoever asks for it.
Result<> copy_file(const std::string& path, Receiver& into);

// From a web server. Where the connection breaks it goes on from there, if the server says that the
// content is still the same (If-Range, RFC 9110, 13.1.5), else it begins anew.
Result<> download(Http& http, const Uri& uri, const RetryRules& rules, Receiver& into);

}  // namespace fetcher
