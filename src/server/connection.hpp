#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>  // Boost 1.74 needs it before its own headers

#include "core/wait.hpp"
#include "http/answers.hpp"
#include "server/descriptor.hpp"
#include "server/head_memory.hpp"
#include "server/head_scan.hpp"
#include "server/input_buffer.hpp"
#include "server/places.hpp"
#include "server/reply.hpp"
#include "server/request_head.hpp"
#include "server/service.hpp"
#include "server/watch.hpp"

namespace vitals::inline v1 {
namespace detail {

/// One client: reads a request, answers it, and only then looks at the next, so that pipelined answers are in order.
///
///     first_byte ──▶ head ──▶ waiting ──▶ writing ──▶ idle ──▶ head           (the next request)
///         │            │    (for runs)       ├──────▶ lingering ──▶ closed
///         └────────────┴─────────────────────┴────────────────────▶ closed
///
/// It passes by the stages in which it need not wait. What arrives with the connection is read, answered and closed
/// before anything else knows of it; only one that must wait stays: it then has a place, and its socket is watched.
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
  Connection(std::shared_ptr<Service<Host>> service, const typename Host::Executor& executor)
      : service_{std::move(service)},
        watch_{executor},
        scan_{service_->head_limits()},
        input_{service_->options.max_head_size} {}

  /// Serves a client. Afterwards it either stays, kept alive by its place, or is over, and may serve another one.
  void start(Descriptor descriptor);
  [[nodiscard]] bool stays() const noexcept { return stays_; }
  /// Something has happened to its socket, or may have. Out of memory, this connection goes and the server stays.
  void on_event(SocketEvent event) noexcept;
  /// It has been in its stage for too long.
  void end_stage() noexcept;
  void close() noexcept;
  [[nodiscard]] GivesWay gives_way() const noexcept;

 private:
  /// What follows a step.
  enum class Next {
    input,  ///< What has been read may be looked at, or more be read.
    event,  ///< Nothing, before something happens.
  };

  void stay();
  void enter(Stage stage) noexcept;

  /// Reads and answers until it has to wait.
  void serve();
  [[nodiscard]] Next receive();
  void await_input();
  [[nodiscard]] Next serve_input(std::size_t& served);
  void let_others_go_first();
  [[nodiscard]] Next on_known(const HeadMemory::Meaning& meaning);
  [[nodiscard]] Next on_head(HeadVerdict verdict);
  [[nodiscard]] Next on_request(const Route& route);
  [[nodiscard]] Next refuse(int status, Limit limit);
  [[nodiscard]] Persistence persistence_of(const RequestHead& head) const noexcept;

  [[nodiscard]] Next wait_for_runs(const Route& route);
  /// Has a step run on the server's turn, from any thread; if it is still open then.
  static void post(const std::shared_ptr<typename Host::Loop>& loop, std::weak_ptr<Connection> weak,
                   void (Connection::*step)());
  void on_ready();
  void on_turn();

  [[nodiscard]] Next write(const Answer& answer);
  void write_rest();
  [[nodiscard]] Next on_written();
  void finish();
  void linger();

  /// What a connection has that isn't simply between two requests.
  struct Unfinished {
    Route route = {};
    std::shared_ptr<Wait> wait = {};
    std::string unsent = {};
    std::size_t sent = 0;  ///< Of it.
    std::size_t discarded = 0;
  };
  [[nodiscard]] Unfinished& unfinished();

  std::shared_ptr<Service<Host>> service_;
  Descriptor descriptor_ = {};  ///< Until it stays; then `watch_` has it.
  Watch<Host> watch_;
  typename Places<Connection>::Place place_ = {};
  int fd_ = -1;  ///< Of the one or the other.
  Stage stage_ = Stage::first_byte;
  Persistence persistence_ = Persistence::close;
  bool open_ = false;
  bool stays_ = false;
  bool has_turn_ = false;      ///< It is to go on after the others, and until then nothing is read.
  bool peer_ended_ = false;    ///< It has told so: nothing more will, so it is read to the end.
  bool drained_ = false;       ///< The last read took all that was there.
  bool unread_input_ = false;  ///< More than this request has been sent, or will be.
  std::unique_ptr<Unfinished> unfinished_ = {};
  HeadScan scan_;
  InputBuffer input_;
};

}  // namespace detail
}  // namespace vitals::inline v1
