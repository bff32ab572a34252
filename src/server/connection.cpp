// Reading and answering; connection_write.cpp and connection_end.cpp have the rest.

#include "server/connection.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

#include "server/sockets.hpp"

namespace vitals::inline v1 {
namespace detail {

Connection::Connection(std::shared_ptr<Service> service)
    : service_{std::move(service)}, scan_{service_->head_limits()}, input_{service_->input_limit()} {}

void Connection::start(Descriptor descriptor, const PeerAddress& peer, std::unique_ptr<Transport> transport) {
  descriptor_ = std::move(descriptor);
  fd_ = descriptor_.get();
  service_->descriptors.add(fd_);
  open_ = true;
  peer_ended_ = drained_ = false;
  established_ = true;
  stage_ = Stage::first_byte;
  peer_ = peer;
  is_local_ = service_->answers.asks_for_loopback() && service_->options.proxy_protocol == ProxyProtocol::off &&
              is_loopback(peer.text());
  transport_ = std::move(transport);
  awaits_proxy_header_ = service_->options.proxy_protocol == ProxyProtocol::required;
  proxy_header_ = {};
  scan_ = HeadScan{service_->head_limits()};
  input_.clear();
  if (transport_ && !awaits_proxy_header_) return begin_handshake();
  serve();
}

void Connection::on_event(SocketEvent event) noexcept {
  if (!open_) return;
  peer_ended_ = peer_ended_ || event.ended;
  drained_ = false;
  if (has_turn_) return;
  try {
    if (!established_) return await_turn(service_->handshakes.get());
    switch (stage_) {
      case Stage::handshake:
      case Stage::first_byte:
      case Stage::idle:
      case Stage::head: return serve();
      case Stage::lingering: return linger();
      case Stage::writing: return write_rest();
      case Stage::waiting:
        // A peer that has only shut down its sending side may still read the answer.
        if (event.broken) close();
        return;
    }
  } catch (...) {
    out_of_memory();
  }
}

void Connection::stay() {
  if (stays_) return;
  const auto place = service_->places.take(shared_from_this(), stage_, service_->now, peer_);
  try {
    watch_.add(std::move(descriptor_), *this, *service_);
  } catch (...) {
    (void)service_->places.give_up(place, stage_);
    throw;
  }
  place_ = place;
  since_ = service_->now;
  stays_ = true;
}

void Connection::enter(Stage stage) noexcept {
  if (stays_) service_->places.move(place_, stage_, stage, service_->now);
  stage_ = stage;
}

void Connection::serve() {
  std::size_t served = 0;
  while (serve_input(served) == Next::input) {
    if (drained_) return await_input();
    if (receive() == Next::event) return;
  }
}

Transfer Connection::receive_some(char* data, std::size_t size) {
  return is_layered() ? transport_->receive(data, size) : plain::receive(fd_, data, size);
}

Transfer Connection::send_some(std::string_view bytes) {
  return transport_ ? transport_->send(bytes) : plain::send(fd_, bytes);
}

auto Connection::receive() -> Next {
  const auto space = input_.space();
  const auto came = receive_some(space.data, space.size);
  if (came.over) {
    close();
    return Next::event;
  }
  input_.commit(came.size);
  if (came.must_yield) {
    stay();
    await_turn();
    return Next::event;
  }
  interest_ = came.interest;
  // From now on new input is an event. An end of input whose event has already come isn't.
  drained_ = came.drained && !(peer_ended_ && came.size > 0);
  return Next::input;
}

void Connection::await_input() {
  stay();
  if (input_.pending().empty())
    input_.trim();
  else if (stage_ != Stage::head)
    enter(Stage::head);
  watch_.await(interest_);
}

/// Answers all complete requests that have been read.
auto Connection::serve_input(std::size_t& served) -> Next {
  if (awaits_proxy_header_ && !take_proxy_header()) return open_ && awaits_proxy_header_ ? Next::input : Next::event;
  for (; !input_.pending().empty(); ++served) {
    if (served == service_->options.pipelined_per_turn) {
      let_others_go_first();
      return Next::event;
    }
    if (auto* known = service_->requests.find(input_.pending(), is_local_)) {
      if (on_known(*known) == Next::event) return Next::event;
      continue;
    }
    const auto verdict = scan_.resume(input_.pending());
    if (verdict.kind == HeadVerdict::Kind::need_more) break;
    const auto next =
        verdict.kind == HeadVerdict::Kind::complete ? on_head(verdict) : refuse(verdict.status, verdict.limit);
    if (next == Next::event) return next;
  }
  return Next::input;
}

/// False if the header is incomplete, if the connection is closed, or if its handshake has begun.
bool Connection::take_proxy_header() {
  const auto verdict = proxy_header_.resume(input_.pending());
  if (verdict.kind == ProxyHeaderVerdict::Kind::refuse) {
    service_->met(Limit::proxy_header);
    close();
  }
  if (verdict.kind != ProxyHeaderVerdict::Kind::complete) return false;
  input_.consume(verdict.size);
  awaits_proxy_header_ = false;
  if (transport_) {
    begin_handshake();
    return false;
  }
  // The header counts as part of the first head: both together have one time limit.
  if (stage_ != Stage::head) enter(Stage::head);
  return true;
}

void Connection::let_others_go_first() {
  stay();
  enter(Stage::head);
  await_turn();
}

/// @param queue  Null: that of the host.
void Connection::await_turn(TurnQueue* queue) {
  if (queue != nullptr)
    queue->add(weak_from_this());
  else
    service_->host->post(shared_from_this());
  has_turn_ = true;
}

void Connection::begin_handshake() {
  established_ = renewed_ = false;
  stay();
  if (stage_ != Stage::first_byte) enter(Stage::first_byte);
  await_turn(service_->handshakes.get());
}

void Connection::shake_hands() {
  auto step = transport_->handshake(service_->now, input_.pending());
  input_.clear();
  if (!step.log_line.empty()) service_->log(std::move(step.log_line));
  switch (step.state) {
    case Handshake::State::waiting:
      if (stage_ != Stage::handshake) enter(Stage::handshake);
      [[fallthrough]];
    case Handshake::State::silent: return watch_.await(step.interest);
    case Handshake::State::done: established_ = true; break;
    case Handshake::State::over: return end_handshake(step);
  }
  enter(Stage::first_byte);
  serve();
}

void Connection::end_handshake(const Handshake& step) {
  if (step.reached) service_->met(*step.reached, step.detail);
  transport_ = nullptr;
  established_ = true;
  if (!step.answered || !plain::end_output(fd_)) return close();
  enter(Stage::lingering);
  linger();
}

void Connection::on_turn() noexcept {
  service_->begin_turn();
  const bool had_turn = std::exchange(has_turn_, false);
  if (!open_) return;
  try {
    if (had_turn && !established_) return shake_hands();
    if (had_turn) return on_event({});  // reads what has arrived meanwhile
    if (stage_ == Stage::waiting) on_ready();
  } catch (...) {
    out_of_memory();
  }
}

auto Connection::on_known(RequestCache::Request& request) -> Next {
  persistence_ = request.persistence;
  unread_input_ = false;
  input_.clear();
  end_persistence();
  const auto& reply = request.reply;
  if (!reply.is_from(this_second(), persistence_) || !service_->answers.still_holds(request.question, reply.version()))
    return on_request(request.question, &request.reply);
  if (auto* const counter = reply.counter()) ++*counter;
  return send(reply.bytes());
}

auto Connection::on_head(HeadVerdict verdict) -> Next {
  const auto bytes = input_.pending();
  const auto head = parse_request_head(bytes.substr(verdict.begin, verdict.end - verdict.begin));
  if (!head) return refuse(400, Limit::malformed);
  // A request with a body is answered by its head alone: the client may wait for "100 Continue" before it sends more.
  persistence_ = scan_.has_body() ? Persistence::close : persistence_of(*head);
  unread_input_ = scan_.has_body() || verdict.end < bytes.size();
  // Behind a PROXY header the peer is the proxy.
  const bool knows_client = !head->hides_client && service_->options.proxy_protocol == ProxyProtocol::off;
  const auto question = service_->answers.server_question({.method = head->method,
                                                           .target = head->target,
                                                           .accept = head->accept(),
                                                           .authorization = head->authorization,
                                                           .remote_address = knows_client ? peer_.text() : ""});
  RequestCache::Request* known = nullptr;
  if (question && question->is_repeatable() && !unread_input_ && !head->has_credentials)
    known = service_->requests.keep(bytes, is_local_, *question, persistence_);
  input_.consume(verdict.end);
  if (!question) return write(plain_answer(404, scan_.is_head()));
  return on_request(*question, known ? &known->reply : nullptr);
}

auto Connection::on_request(const Question& question, KeptReply* kept) -> Next {
  auto begun = service_->answers.begin(question, [this] {
    return [weak = weak_from_this()] {
      if (auto self = weak.lock()) {
        const auto host = self->service_->host;  // post() may destroy the connection, the last owner of the host
        host->post(std::move(self));
      }
    };
  });
  if (begun.answer) return write(*begun.answer, kept);
  auto& state = unfinished();
  state.wait = std::move(begun.wait);
  state.question = question;
  stay();
  enter(Stage::waiting);
  watch_.await(Interest::reset);
  return Next::event;
}

auto Connection::refuse(int status, Limit limit) -> Next {
  service_->met(limit);
  persistence_ = Persistence::close;
  unread_input_ = true;
  return write(plain_answer(status, scan_.is_head()));
}

Persistence Connection::persistence_of(const RequestHead& head) const noexcept {
  if (head.wants_close) return Persistence::close;
  if (head.http_1_1) return Persistence::keep_alive;
  return head.wants_keep_alive ? Persistence::explicit_keep_alive : Persistence::close;
}

void Connection::on_ready() {
  unfinished_->wait.reset();
  drained_ = false;  // more may have arrived during the wait
  if (write(service_->answers.answer(unfinished_->question)) == Next::input) serve();
}

}  // namespace detail
}  // namespace vitals::inline v1
