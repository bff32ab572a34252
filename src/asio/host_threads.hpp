#pragma once

#include <mutex>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>

#include <vitals/asio_host.hpp>

namespace vitals::inline v1 {
namespace detail {

/// For a server that runs on the threads of its application: on a strand, so that none of them waits for another, and
/// with a mutex, so that whoever stops the server needn't wait for the application's loop to run.
struct HostThreads {
  using Executor = boost::asio::any_io_executor;
  static constexpr bool may_run_in_children = true;
  using Loop = HostExecutor;
  using Mutex = std::mutex;
};

}  // namespace detail
}  // namespace vitals::inline v1
