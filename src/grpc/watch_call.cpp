#include "grpc/watch_call.hpp"

#include <utility>

#include "grpc/buffers.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

// Its text is so short that nothing is allocated: carry_out() can't report a failure.
grpc::Status stopped() { return {grpc::StatusCode::UNAVAILABLE, "shutting down"}; }

}  // namespace

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
