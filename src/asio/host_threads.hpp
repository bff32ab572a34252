#pragma once

#include <mutex>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/any_io_executor.hpp>

#include <vitals/asio_check.hpp>

namespace vitals::inline v1 {
namespace detail {

/// For a server whose handlers run on the threads of its host: on a strand, so that none of them waits for another, and
/// with a mutex, so that whoever stops the server needn't wait for the host's loop to run.
struct HostThreads {
  using Executor = boost::asio::any_io_executor;
  using Loop = HostExecutor;
  using Mutex = std::mutex;
};

}  // namespace detail
}  // namespace vitals::inline v1
