#include "grpc/watch_call.hpp"

#include <utility>

namespace vitals::inline v1 {
namespace detail {
namespace {

grpc::Status stopped() { return {grpc::StatusCode::UNAVAILABLE, "the service has stopped"}; }

}  // namespace

grpc::ByteBuffer to_buffer(const std::string& bytes) {
  const grpc::Slice slice{bytes};
  return {&slice, 1};
}

WatchCall::WatchCall(std::shared_ptr<Watchers> watchers, std::optional<std::size_t> service)
    : watchers_{std::move(watchers)}, place_{watchers_->add(*this, service)} {}

WatchCall* WatchCall::begin(std::shared_ptr<Watchers> watchers, std::optional<std::size_t> service) {
  auto* const call = new WatchCall{std::move(watchers), service};
  call->watchers_->begin(call->place_);
  return call;
}

void WatchCall::OnDone() {
  watchers_->remove(place_);
  delete this;
}

void WatchCall::carry_out(Watch::Step step, ServingStatus status) noexcept {
  const bool writes = step == Watch::Step::write || step == Watch::Step::write_and_finish;
  if (writes) message_ = to_buffer(write_response(status));
  switch (step) {
    case Watch::Step::wait: break;
    case Watch::Step::write: StartWrite(&message_); break;
    case Watch::Step::write_and_finish: StartWriteAndFinish(&message_, {}, stopped()); break;
    case Watch::Step::refuse: Finish(stopped()); break;
    case Watch::Step::finish: Finish(grpc::Status::CANCELLED); break;
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
