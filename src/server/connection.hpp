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

/// One client. It answers each request before it parses the next, so that pipelined answers are in order.
///
///     first_byte ──▶ handshake ──▶ first_byte                                 (only with a transport)
///     first_byte ──▶ head ──▶ waiting ──▶ writing ──▶ idle ──▶ head           (the next request)
///         │            │    (for runs)       ├──────▶ lingering ──▶ closed
///         └────────────┴─────────────────────┴────────────────────▶ closed
///
/// It skips the stages in which it need not wait. A request that arrives with the connection is usually read, answered
/// and closed at once. Only a connection that must wait *stays*: it takes a place, and its socket is watched.
///
/// A request that is refused, or that has a body, is answered at once; then the connection lingers. Closing a socket
/// with unread bytes resets it, and the reset could overtake the answer.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: on the server's turn only.
class VITALS_EXPORT Connection final : public HostTask, public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(std::shared_ptr<Service> service);

  /// Serves a client. Afterwards the connection either stays, kept alive by its place, or is over and may be reused.
  void start(Descriptor descriptor, const PeerAddress& peer = {}, std::unique_ptr<Transport> transport = nullptr);
  [[nodiscard]] bool stays() const noexcept { return stays_; }
  /// Call it when something has happened, or may have happened, to the socket. Closes the connection if it runs out of
  /// memory.
  void on_event(SocketEvent event) noexcept;
  /// Call it when its stage is over the time limit, before end_stage(). The process may have paused, so it first serves
  /// what has arrived meanwhile. Call end_stage() only if the stage is still over its limit then.
  void catch_up() noexcept;
  /// Closes the connection, or moves it to another stage or to the beginning of the same one.
  void end_stage() noexcept;
  void close() noexcept;
  [[nodiscard]] GivesWay gives_way() const noexcept;

 private:
  /// What to do after a step.
  enum class Next {
    input,  ///< Parse what has been read, or read more.
    event,  ///< Return: wait for the next event.
  };

  void stay();
  void enter(Stage stage) noexcept;

  /// Reads and answers until it has to wait.
  void serve();
  [[nodiscard]] Transfer receive_some(char* data, std::size_t size);
  [[nodiscard]] Transfer send_some(std::string_view bytes);
  [[nodiscard]] bool has_input() const noexcept;
  /// Whether what it reads comes through the transport.
  [[nodiscard]] bool is_layered() const noexcept { return transport_ && !awaits_proxy_header_; }
  [[nodiscard]] Next receive();
  void await_input();
  [[nodiscard]] Next serve_input(std::size_t& served);
  [[nodiscard]] bool take_proxy_header();
  void let_others_go_first();
  void await_turn(TurnQueue* queue = nullptr);
  void begin_handshake();
  void shake_hands();
  void end_handshake(const Handshake& step);
  [[nodiscard]] bool has_just_come() const noexcept;
  [[nodiscard]] Next on_known(RequestCache::Request& request);
  [[nodiscard]] Next on_head(HeadVerdict verdict);
  [[nodiscard]] Next on_request(const Question& question, KeptReply* kept);
  [[nodiscard]] Next refuse(int status, Limit limit);
  [[nodiscard]] Persistence persistence_of(const RequestHead& head) const noexcept;

  /// Called after await_turn(), and when the runs that it waits for have ended.
  void on_turn() noexcept override;
  void on_ready();
  void end_wait();
  void out_of_memory() noexcept;

  void end_persistence() noexcept;
  [[nodiscard]] Next write(const Answer& answer, KeptReply* kept = nullptr);
  /// @param rest   What follows the bytes; `owner` keeps it alive.
  [[nodiscard]] Next send(std::string_view bytes, std::string_view rest = {},
                          const std::shared_ptr<const void>& owner = nullptr);
  void write_rest();
  [[nodiscard]] Next on_written();
  void finish();
  void linger();

  /// State that a connection between two requests doesn't need.
  struct Unfinished {
    Question question = {};
    std::shared_ptr<Wait> wait = {};
    std::string unsent = {};
    std::string_view rest = {};                   ///< What follows `unsent`: part of a large body.
    std::shared_ptr<const void> owner = nullptr;  ///< Of `rest`.
    std::size_t sent = 0;                         ///< Bytes of both.
    bool caught_up = false;  ///< Its time to write was renewed once, because the peer read while the process paused.
    std::size_t discarded = 0;

    /// What to send next, in one piece; empty when all is sent.
    [[nodiscard]] std::string_view next_piece() const noexcept {
      return sent < unsent.size() ? std::string_view{unsent}.substr(sent) : rest.substr(sent - unsent.size());
    }
  };
  [[nodiscard]] Unfinished& unfinished();

  const std::shared_ptr<Service> service_;
  Descriptor descriptor_ = {};  ///< Until the connection stays; then `watch_` owns it.
  Watch watch_ = {};
  Places<Connection>::Place place_ = {};
  int fd_ = -1;  ///< That of `descriptor_` or `watch_`.
  Stage stage_ = Stage::first_byte;
  Persistence persistence_ = Persistence::close;
  bool open_ = false;
  bool stays_ = false;
  bool established_ = true;  ///< The handshake of the transport, if it has one, is done.
  bool renewed_ = false;     ///< The time of its handshake was renewed once: its bytes came while the process paused.
  bool has_turn_ = false;  ///< Its turn will come, by the host or the queue of handshakes; until then it reads nothing.
  bool peer_ended_ = false;  ///< The event for the end of input has come. There is no other, so it reads to the end.
  Interest interest_ = Interest::input;  ///< What the transport waits for before there is more input.
  bool drained_ = false;                 ///< The last read returned all available input.
  bool unread_input_ = false;            ///< The peer has sent, or may send, more than this request.
  std::unique_ptr<Unfinished> unfinished_ = {};
  bool awaits_proxy_header_ = false;
  ProxyHeaderScan proxy_header_ = {};
  PeerAddress peer_ = {};
  bool is_local_ = false;  ///< The peer is on this machine, and an answer may depend on that.
  std::unique_ptr<Transport> transport_ = nullptr;
  SteadyTime since_ = {};  ///< When it took its place.
  HeadScan scan_;
  InputBuffer input_;
};

}  // namespace detail
}  // namespace vitals::inline v1
