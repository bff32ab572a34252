#include "server/own_thread.hpp"

#include <memory>
#include <thread>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/signals.hpp"
#include "server/asio_host.hpp"
#include "server/spare_descriptor.hpp"
#include "server/thread_slice.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// Only the server's thread has turns. Other threads touch the server's state only after it has ended.
struct NoMutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};

struct OwnLoop {
  template <class Task>
  void post(Task&& task) {
    boost::asio::post(io, std::forward<Task>(task));
  }

  // UNSAFE_IO: only one thread uses the descriptors and timers. post() still locks.
  boost::asio::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
};

struct OwnThreads {
  using Executor = boost::asio::io_context::executor_type;
  using Mutex = NoMutex;
  using Loop = OwnLoop;
  static constexpr bool may_run_in_children = false;  // a child of fork() doesn't have the thread
};

struct NoClient final : HostClient {
  void on_turn() noexcept override {}
};

void run_until_stopped(boost::asio::io_context& io) noexcept {
  while (!io.stopped()) {
    try {
      io.run();
    } catch (...) {
      // A handler ran out of memory; the others go on.
    }
  }
}

}  // namespace

struct OwnThread::Parts {
  std::shared_ptr<OwnLoop> loop = std::make_shared<OwnLoop>();
  std::shared_ptr<AsioHost<OwnThreads>> host = std::make_shared<AsioHost<OwnThreads>>(loop->io.get_executor(), loop);
  boost::asio::executor_work_guard<OwnThreads::Executor> work{loop->io.get_executor()};
  std::thread thread = {};
};

OwnThread::OwnThread() {
  // The first timer makes Asio open its descriptors, which must not get the numbers of the standard streams.
  const StreamPlaceholders placeholders;
  NoClient client;
  parts_ = with_std_errors([] { return std::make_unique<Parts>(); });
  (void)parts_->host->timer(client);
}

OwnThread::~OwnThread() = default;

std::shared_ptr<Host> OwnThread::host() const noexcept { return parts_->host; }

void OwnThread::start(bool short_slice) {
  const SignalsBlocked blocked;
  parts_->thread = std::thread{[loop = parts_->loop, short_slice] {
    if (short_slice) ask_for_short_slice();
    run_until_stopped(loop->io);
  }};
}

void OwnThread::join() noexcept {
  parts_->loop->io.stop();
  if (parts_->thread.joinable()) parts_->thread.join();
}

void OwnThread::close() noexcept { parts_->host->close(); }

}  // namespace detail
}  // namespace vitals::inline v1
