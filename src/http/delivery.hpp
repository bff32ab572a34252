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

/// A pending answer to an asynchronous request: delivered or cancelled, whichever comes first.
///
///     pending ──deliver()──▶ settled   done is called and destroyed by deliver()
///        └──────cancel()───▶ settled   done is destroyed by cancel()
///
/// It owns everything that the answer needs: the Endpoint may be destroyed before.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  using Done = std::function<void(std::optional<HttpResponse>)>;

  Delivery(std::shared_ptr<const Answers> answers, Question question, Done done);

  /// Calls `done` with the answer from the present state, unless cancelled. Exceptions of `done` are dropped.
  void deliver();
  /// The same with this response.
  void deliver(HttpResponse response);

  /// Makes the thread for asynchronous answers call deliver(). May be called once; allocates nothing.
  void post() noexcept;

  /// @returns Whether `done` wasn't called and won't be.
  bool cancel() noexcept;

 private:
  /// True for the first caller, which alone may then use `done_`.
  bool settle() noexcept { return !settled_.exchange(true, std::memory_order_acq_rel); }

  std::shared_ptr<const Answers> answers_;
  Question question_;
  Done done_;
  std::atomic<bool> settled_ = false;
  std::list<std::function<void()>> task_{1};
  std::shared_ptr<Delivery> self_ = nullptr;  ///< From post() until the task runs.
};

/// The caller's half of a pending answer: its destructor cancels.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: unsafe.
class PendingAnswer {
 public:
  PendingAnswer(std::shared_ptr<const Answers> answers, std::shared_ptr<Delivery> delivery) noexcept;
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;
  ~PendingAnswer();

  /// The wait to cancel with the delivery.
  void wait_for(std::shared_ptr<Wait> wait) noexcept { wait_ = std::move(wait); }

 private:
  std::shared_ptr<const Answers> answers_;
  std::shared_ptr<Delivery> delivery_;
  std::shared_ptr<Wait> wait_ = nullptr;
};

/// Calls `done`; its exceptions are dropped.
void call(const Delivery::Done& done, std::optional<HttpResponse> response);

}  // namespace detail
}  // namespace vitals::inline v1
