#include "shim/places.hpp"

#include "sys/file.hpp"
#include "sys/places.hpp"

namespace shim {

Result<Places> find_places(const std::string& root, const std::string& data)
{
    Places places;
    places.root = TRY(sys::absolute(root.empty() ? sys::folder_of_what_runs() : root));
    places.data = TRY(sys::absolute(data.empty() ? sys::folder_of_what_lasts() : data));
    return places;
}

}  // namespace shim
