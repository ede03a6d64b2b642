// What an object with free keys is read into.
#pragma once

#include <map>
#include <string>

namespace spec {

template <class T>
using Map = std::map<std::string, T, std::less<>>;

}  // namespace spec
