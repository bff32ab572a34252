#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <vitals/endpoint.hpp>

#include "core/wait.hpp"
#include "http/answers.hpp"
#include "server/head_scan.hpp"
#include "server/input_buffer.hpp"
#include "server/reply.hpp"
#include "server/request_head.hpp"

namespace vitals::inline v1 {
namespace detail {

class Connection;

/// What the connections of a server share. Everything but `draining` belongs to the server's thread.
struct Service {
  /// Shared with those who tell that runs are over: they may do so while the server stops.
  std::shared_ptr<boost::asio::io_context> io;
  const Answers& answers;
  std::size_t max_head_size;
  std::size_t max_connections;
  std::chrono::steady_clock::duration head_timeout;
  std::chrono::steady_clock::duration idle_timeout;
  std::atomic<bool> draining = false;
  std::unordered_set<std::shared_ptr<Connection>> connections = {};
};

/// One client: reads a request, answers it, and only then looks at the next, so that pipelined answers are in order.
///
///     reading ──▶ waiting ──▶ writing ──▶ reading            (the next request)
///        │    (for runs)         ├─────▶ lingering ──▶ closed
///        └───────────────────────┴───────────────────▶ closed
///
/// A request that is refused, or whose body is not wanted, is answered at once, and the connection then lingers:
/// closing a socket with unread bytes resets it, and the reset would overtake the answer.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe; all but the constructor on the server's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
  using Time = std::chrono::steady_clock::time_point;

  Connection(Service& service, Socket socket)
      : service_{service}, socket_{std::move(socket)}, input_{service.max_head_size}, scan_{service.max_head_size} {}

  /// Reads the first request. The connection keeps itself alive by its pending operations.
  void start();
  /// Ends what has taken too long.
  void check_deadline(Time now) noexcept;
  void close() noexcept;
  /// Between two requests, or before the first.
  [[nodiscard]] bool is_idle() const noexcept { return phase_ == Phase::reading && input_.pending().empty(); }
  /// When check_deadline() ends it.
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }

 private:
  enum class Phase { reading, waiting, writing, lingering, closed };
  using ErrorCode = boost::system::error_code;

  void read();
  void on_read(ErrorCode error, std::size_t size);
  void advance();
  void on_request(HeadVerdict verdict);
  void refuse(int status);

  void wait_for_runs();
  void on_ready();
  void on_peer_event(ErrorCode error);

  void answer();
  void write(const Response& response);
  void on_written(ErrorCode error, std::size_t size);
  void begin_request();

  void finish();
  void linger();
  void on_discarded(ErrorCode error, std::size_t size);

  /// A handler that keeps the connection alive. One that throws is out of memory: this connection goes, the server
  /// stays.
  template <class... Args>
  auto handler(void (Connection::*step)(Args...));
  void set_deadline(std::chrono::steady_clock::duration limit) { deadline_ = std::chrono::steady_clock::now() + limit; }
  [[nodiscard]] Persistence persistence_of(const RequestHead& head) const noexcept;

  Service& service_;
  Socket socket_;
  Phase phase_ = Phase::reading;
  Time deadline_ = {};
  InputBuffer input_;
  HeadScan scan_;
  Route route_ = {};
  std::shared_ptr<Wait> wait_ = {};
  Persistence persistence_ = Persistence::close;
  bool unread_input_ = false;  ///< More than this request has been sent, or will be.
  std::size_t discarded_ = 0;
  std::string output_ = {};
};

}  // namespace detail
}  // namespace vitals::inline v1
