#include "server/acceptor_impl.hpp"

namespace vitals::inline v1 {
namespace detail {

template class Acceptor<OwnThread>;

}  // namespace detail
}  // namespace vitals::inline v1
