#include "asio/host_threads.hpp"
#include "server/acceptor_impl.hpp"
#include "server/connection_impl.hpp"

namespace vitals::inline v1 {
namespace detail {

template class Connection<HostThreads>;
template class Acceptor<HostThreads>;

}  // namespace detail
}  // namespace vitals::inline v1
