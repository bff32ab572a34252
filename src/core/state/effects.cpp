#include <iostream>
#include <utility>

#include "core/base/frame.hpp"
#include "core/state/transaction.hpp"

namespace vitals::inline v1 {
namespace detail {

namespace {

void warn_no_runner() noexcept {
  try {
    std::cerr << "vitals: a probe arrived, but nothing runs the checks: create a Runner or a HealthServer, or call "
                 "run_due()\n";
  } catch (...) {  // NOLINT(bugprone-empty-catch)
    // The application may have enabled exceptions on std::cerr.
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
  if (warns_no_runner) warn_no_runner();
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
