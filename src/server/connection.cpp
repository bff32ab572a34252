#include "server/connection_impl.hpp"

namespace vitals::inline v1 {
namespace detail {

template class Connection<OwnThread>;

}  // namespace detail
}  // namespace vitals::inline v1
