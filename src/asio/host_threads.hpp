#pragma once

#include <mutex>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>

#include <vitals/asio_host.hpp>

namespace vitals::inline v1 {
namespace detail {

/// For a server on the threads of its application. A strand keeps these threads from waiting for each other. A mutex
/// lets stop() work without waiting for the application's loop.
struct HostThreads {
  using Executor = boost::asio::any_io_executor;
  static constexpr bool may_run_in_children = true;
  using Loop = HostExecutor;
  using Mutex = std::mutex;
};

}  // namespace detail
}  // namespace vitals::inline v1
