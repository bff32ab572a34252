// Writing answers.

#include <utility>

#include "server/connection.hpp"

namespace vitals::inline v1 {
namespace detail {

auto Connection::write(const Answer& answer, KeptReply* kept) -> Next {
  end_persistence();
  const auto now = this_second();
  const auto reply = service_->replies.write(answer, persistence_, now);
  auto* const counter = service_->counts.counter(answer.subject, answer.status);
  if (counter != nullptr) ++*counter;
  if (kept && reply.rest_of_body.empty()) kept->keep(reply.bytes, answer.version, now, persistence_, counter);
  return send(reply.bytes, reply.rest_of_body, answer.owner);
}

auto Connection::send(std::string_view bytes, std::string_view rest, const std::shared_ptr<const void>& owner) -> Next {
  auto went = send_some(bytes);
  if (went.size == bytes.size() && rest.empty()) return on_written();
  bytes.remove_prefix(went.size);
  if (bytes.empty() && !rest.empty()) {
    went = send_some(rest);
    rest.remove_prefix(went.size);
  }
  if (bytes.empty() && rest.empty()) return on_written();
  if (went.over) {
    close();
    return Next::event;
  }
  auto& state = unfinished();
  state.unsent = bytes;
  state.rest = rest;
  state.owner = owner;
  state.sent = 0;
  state.caught_up = false;
  stay();
  enter(Stage::writing);
  watch_.await(went.interest);
  return Next::event;
}

void Connection::write_rest() {
  auto& state = *unfinished_;
  while (!state.next_piece().empty()) {
    const auto went = send_some(state.next_piece());
    state.sent += went.size;
    if (went.over) return close();
    if (went.drained) return watch_.await(went.interest);
  }
  if (on_written() == Next::input) serve();
}

auto Connection::on_written() -> Next {
  if (unfinished_) unfinished_->rest = {}, unfinished_->owner = nullptr;
  if (persistence_ == Persistence::close) {
    finish();
    return Next::event;
  }
  unfinished_.reset();
  enter(Stage::idle);
  scan_ = HeadScan{service_->head_limits()};
  return Next::input;
}

}  // namespace detail
}  // namespace vitals::inline v1
