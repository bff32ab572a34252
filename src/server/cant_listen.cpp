#include "server/cant_listen.hpp"

#include <system_error>

namespace vitals::inline v1 {
namespace detail {

void cant_listen(const std::string& name, int error, const std::string& because) {
  throw std::system_error{error, std::system_category(),
                          "vitals: can't listen on " + name + (because.empty() ? "" : ", " + because)};
}

}  // namespace detail
}  // namespace vitals::inline v1
