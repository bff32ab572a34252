#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/work/wait.hpp"
#include "http/answers.hpp"
#include "server/descriptor.hpp"
#include "server/head_scan.hpp"
#include "server/host.hpp"
#include "server/input_buffer.hpp"
#include "server/peer_address.hpp"
#include "server/places.hpp"
#include "server/proxy_header.hpp"
#include "server/reply.hpp"
#include "server/request_cache.hpp"
#include "server/request_head.hpp"
#include "server/service.hpp"
#include "server/transport.hpp"
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
/// @par Thread safety  Distinct objects: safe. Shared objects: for the server's turn.
class VITALS_EXPORT Connection final : public HostTask, public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(std::shared_ptr<Service> service);

  /// Serves a client. Afterwards it either stays, kept alive by its place, or is over, and may serve another one.
  void start(Descriptor descriptor, const PeerAddress& peer = {}, std::unique_ptr<Transport> transport = nullptr);
  [[nodiscard]] bool stays() const noexcept { return stays_; }
  /// Something has happened to its socket, or may have. Out of memory, this connection goes and the server stays.
  void on_event(SocketEvent event) noexcept;
  /// It has been in its stage for too long, perhaps only because the process stood still: serves what has come
  /// meanwhile. end_stage() is for one that is still in its stage then.
  void catch_up() noexcept;
  /// Always closes it, or has it enter a stage.
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
  [[nodiscard]] Transfer receive_some(char* data, std::size_t size);
  [[nodiscard]] Transfer send_some(std::string_view bytes);
  [[nodiscard]] bool has_input() const noexcept;
  [[nodiscard]] Next receive();
  void await_input();
  [[nodiscard]] Next serve_input(std::size_t& served);
  [[nodiscard]] bool take_proxy_header() noexcept;
  void let_others_go_first();
  [[nodiscard]] Next on_known(RequestCache::Request& request);
  [[nodiscard]] Next on_head(HeadVerdict verdict);
  [[nodiscard]] Next on_request(const Route& route, KeptReply* kept);
  [[nodiscard]] Next refuse(int status, Limit limit);
  [[nodiscard]] Persistence persistence_of(const RequestHead& head) const noexcept;

  /// It is to go on after the others, or the runs that it waits for are over.
  void on_turn() noexcept override;
  void on_ready();
  void end_wait();
  void out_of_memory() noexcept;

  void end_persistence() noexcept;
  [[nodiscard]] Next write(const Answer& answer, KeptReply* kept = nullptr);
  [[nodiscard]] Next send(std::string_view bytes);
  void write_rest();
  [[nodiscard]] Next on_written();
  void finish();
  void linger();

  /// What a connection has that isn't simply between two requests.
  struct Unfinished {
    Route route = {};
    std::shared_ptr<Wait> wait = {};
    std::string unsent = {};
    std::size_t sent = 0;    ///< Of it.
    bool caught_up = false;  ///< It had a second limit, because its peer read while the server stood still.
    std::size_t discarded = 0;
  };
  [[nodiscard]] Unfinished& unfinished();

  const std::shared_ptr<Service> service_;
  Descriptor descriptor_ = {};  ///< Until it stays; then `watch_` has it.
  Watch watch_ = {};
  Places<Connection>::Place place_ = {};
  int fd_ = -1;  ///< Of the one or the other.
  Stage stage_ = Stage::first_byte;
  Persistence persistence_ = Persistence::close;
  bool open_ = false;
  bool stays_ = false;
  bool has_turn_ = false;             ///< It is to go on after the others, and until then nothing is read.
  bool peer_ended_ = false;           ///< It has told so: nothing more will, so it is read to the end.
  Interest wants_ = Interest::input;  ///< What has to happen before more is there.
  bool drained_ = false;              ///< The last read took all that was there.
  bool unread_input_ = false;         ///< More than this request has been sent, or will be.
  std::unique_ptr<Unfinished> unfinished_ = {};
  bool awaits_proxy_header_ = false;
  ProxyHeaderScan proxy_header_ = {};
  PeerAddress peer_ = {};
  std::unique_ptr<Transport> transport_ = nullptr;
  SteadyTime since_ = {};  ///< When it began to stay.
  HeadScan scan_;
  InputBuffer input_;
};

}  // namespace detail
}  // namespace vitals::inline v1
