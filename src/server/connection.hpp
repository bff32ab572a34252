#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <vitals/endpoint.hpp>

#include "core/wait.hpp"
#include "http/answers.hpp"
#include "server/head_scan.hpp"
#include "server/input_buffer.hpp"
#include "server/reply.hpp"
#include "server/request_head.hpp"
#include "server/service.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Whether a connection may be closed to make room for a new one.
enum class GivesWay {
  now,
  after_its_turn,  ///< What may have arrived comes first.
  never,           ///< An answer is on its way, and soon.
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
/// Its definitions are in connection_impl.hpp: each library instantiates it for the host that it serves.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe; whoever calls it holds the mutex of its Service.
template <class Host>
class Connection : public std::enable_shared_from_this<Connection<Host>> {
 public:
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, typename Host::Executor>;
  using Time = std::chrono::steady_clock::time_point;

  Connection(std::shared_ptr<Service<Host>> service, Socket socket)
      : service_{std::move(service)},
        socket_{std::move(socket)},
        input_{service_->max_head_size},
        scan_{service_->max_head_size} {}

  /// Reads the first request. The connection keeps itself alive by its pending operations.
  void start();
  /// Ends what has taken too long.
  void check_deadline(Time now) noexcept;
  void close() noexcept;
  [[nodiscard]] GivesWay gives_way() const noexcept;
  /// To its place: of two that give way, the lesser goes first.
  [[nodiscard]] auto claim() const noexcept { return std::pair{loss(), since_}; }

 private:
  enum class Phase { reading, waiting, writing, lingering, closed };
  using ErrorCode = boost::system::error_code;

  void read();
  void on_readable(ErrorCode error);
  void on_read(ErrorCode error, std::size_t size);
  void advance();
  void on_request(HeadVerdict verdict);
  void refuse(int status);

  void wait_for_runs();
  void on_ready();
  void on_peer_event(ErrorCode error);

  void answer();
  void write(const Response& response);
  void send();
  void on_sent(ErrorCode error, std::size_t size);
  void on_written();
  void begin_request();

  void finish();
  void linger();
  void on_discarded(ErrorCode error, std::size_t size);

  /// A handler that holds the mutex and keeps the connection alive. One that throws is out of memory: this connection
  /// goes, the server stays.
  template <class... Args>
  auto handler(void (Connection::*step)(Args...));
  /// Something that may take so long begins.
  void begin(std::chrono::steady_clock::duration limit) {
    since_ = std::chrono::steady_clock::now();
    limit_ = limit;
  }
  [[nodiscard]] bool is_idle() const noexcept { return phase_ == Phase::reading && input_.pending().empty(); }
  /// What its peer would lose by its end: nothing, what it has been sent, what it has sent, its answer.
  [[nodiscard]] int loss() const noexcept;
  [[nodiscard]] Persistence persistence_of(const RequestHead& head) const noexcept;

  std::shared_ptr<Service<Host>> service_;
  Socket socket_;
  Phase phase_ = Phase::reading;
  Time since_ = {};
  std::chrono::steady_clock::duration limit_ = {};  ///< From then on.
  std::uint64_t turn_ = 0;                          ///< The acceptor's, in which it began to read.
  InputBuffer input_;
  HeadScan scan_;
  Route route_ = {};
  std::shared_ptr<Wait> wait_ = {};
  Persistence persistence_ = Persistence::close;
  bool unread_input_ = false;  ///< More than this request has been sent, or will be.
  std::size_t discarded_ = 0;
  std::string output_ = {};
  std::size_t sent_ = 0;  ///< Of it.
};

}  // namespace detail
}  // namespace vitals::inline v1
