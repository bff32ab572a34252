#pragma once

#include <memory>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "server/service.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Tells the connections of a Service what has happened to their sockets, where a Watch has a set of them: all wait
/// with a single wait of Asio's.
///
/// Its pending handlers keep it alive. Its definitions are in acceptor_impl.hpp.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe; whoever calls it holds the mutex of its Service.
template <class Host>
class Dispatcher : public std::enable_shared_from_this<Dispatcher<Host>> {
 public:
  using Executor = typename Host::Executor;

  /// @throws std::system_error, boost::system::system_error  if the process has no descriptor left.
  Dispatcher(const Executor& executor, std::shared_ptr<Service<Host>> service);

  void start();
  /// After the connections.
  void close() noexcept;

 private:
  void dispatch();

  std::shared_ptr<Service<Host>> service_;
  boost::asio::posix::basic_stream_descriptor<Executor> set_;
};

}  // namespace detail
}  // namespace vitals::inline v1
