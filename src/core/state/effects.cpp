#include <iostream>
#include <utility>

#include "core/base/frame.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

void complain() noexcept {
  try {
    std::cerr
        << "vitals: a probe came, and nobody runs the checks: make a Runner or a HealthServer, or call run_due()\n";
  } catch (...) {  // NOLINT(bugprone-empty-catch)
    // The application has made its stream throw.
  }
}

}  // namespace

Effects::~Effects() {
  while (const auto wait = fired.take()) {
    auto ready = std::move(wait->ready);
    for (const auto& call : ready) call();
  }
  if (call_ended) state.call_ended.notify_all();
  if (const auto called = std::exchange(threads, nullptr)) called->make(calls);
  if (complains) complain();
  while (const auto run = stops) {
    stops = std::exchange(run->next_stop, nullptr);
    const Frame frame{&state};
    run->stop.request_stop();
  }
  while (const auto removed = garbage) {
    garbage = std::exchange(removed->next_garbage, nullptr);
    removed->body = nullptr;
    removed->source = nullptr;
  }
}

}  // namespace detail
}  // namespace vitals::inline v1
