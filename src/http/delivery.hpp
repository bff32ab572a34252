#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include <vitals/endpoint.hpp>

#include "http/answers.hpp"

namespace vitals::inline v1 {
namespace detail {

/// An answer on its way to a `done`: it is delivered or cancelled, whichever comes first.
///
///     pending ──deliver()──▶ settled   done is called and freed there
///        └──────cancel()───▶ settled   done is freed by the canceller
///
/// It owns all that the answer needs, so that the Endpoint may be gone by then.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  using Done = std::function<void(std::optional<HttpResponse>)>;

  Delivery(std::shared_ptr<const Answers> answers, Route route, Done done);

  /// Calls `done` with the answer as it is now, unless it was cancelled. What `done` throws is dropped.
  void deliver();
  /// The same with this answer.
  void deliver(HttpResponse response);

  /// Has deliver() called on the thread that is there for user code. Once; needs no memory.
  void post() noexcept;

  /// True if `done` wasn't called and won't be.
  bool cancel() noexcept;

 private:
  /// True for the first who asks; `done_` is then its own.
  bool settle() noexcept { return !settled_.exchange(true, std::memory_order_acq_rel); }

  std::shared_ptr<const Answers> answers_;
  Route route_;
  Done done_;
  std::atomic<bool> settled_ = false;
  std::list<std::function<void()>> task_{1};
  std::shared_ptr<Delivery> self_ = nullptr;  ///< Until the task has been done.
};

/// The caller's half of a pending answer: its end cancels.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class PendingAnswer {
 public:
  PendingAnswer(std::shared_ptr<const Answers> answers, std::shared_ptr<Delivery> delivery) noexcept;
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;
  ~PendingAnswer();

  /// What the delivery waits for.
  void wait_for(std::shared_ptr<Wait> wait) noexcept { wait_ = std::move(wait); }

 private:
  std::shared_ptr<const Answers> answers_;
  std::shared_ptr<Delivery> delivery_;
  std::shared_ptr<Wait> wait_ = nullptr;
};

/// Calls `done`, and drops what it throws.
void call(const Delivery::Done& done, std::optional<HttpResponse> response);

}  // namespace detail
}  // namespace vitals::inline v1
