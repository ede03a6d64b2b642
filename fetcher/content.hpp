// How the content comes: several at once, each by a process of its own, into the work folder.
#pragma once

#include "fetcher/fetch.hpp"

namespace fetcher {

// What item `number` has in the work folder: its file, and the folder with what is in its archive.
std::string file_of(std::size_t number);
std::string content_of(std::size_t number);

Result<> bring_files(Fetch& fetch);

// Of the items whose file is an archive. A step of its own, for nothing foreign is parsed before
// all is there and has the digest that it should have.
Result<> unpack_archives(Fetch& fetch);

}  // namespace fetcher
