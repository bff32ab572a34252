#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <vitals/http_message.hpp>

#include "http/answer.hpp"

namespace vitals::inline v1 {
namespace detail {

struct Wait;

struct KeptBody;

/// A request that needs a call of the application's code.
///
/// @par Thread safety  Shared objects: outcome() and set_outcome() are safe. The rest is set before the call.
class UserCall {
 public:
  UserCall(const HttpRequest& request, Question the_question);
  UserCall(const UserCall&) = delete;
  UserCall& operator=(const UserCall&) = delete;

  /// Valid as long as this object.
  [[nodiscard]] HttpRequest request() const noexcept;

  /// What the call has come to: an answer of a handler, a body of a renderer, or nothing yet.
  struct Outcome {
    std::optional<Answer> answer = std::nullopt;
    std::shared_ptr<const KeptBody> body = nullptr;
  };
  void set_outcome(Outcome outcome);
  [[nodiscard]] Outcome outcome() const;

  const Question question;  ///< Without this call.
  /// What makes the call, allocated beforehand.
  std::list<std::function<void()>> job{1};
  /// Ends with the call.
  std::shared_ptr<Wait> wait = nullptr;

 private:
  const std::string method_, target_, accept_, authorization_, remote_address_;
  mutable std::mutex mutex_;
  Outcome outcome_;
};

/// The calls of one route: one at a time, so that a handler that hangs holds one thread, and not one per request.
///
/// @par Thread safety  Shared objects: safe.
class UserCalls {
 public:
  using Make = std::function<void(UserCall&)>;

  /// Makes the call, and those that arrive meanwhile; or leaves it to the thread that is in one. A call whose request
  /// has gone is dropped. `make` isn't called under a lock; it throws nothing but what ends the thread.
  void make(std::weak_ptr<UserCall> call, const Make& make);

 private:
  std::mutex mutex_;
  std::deque<std::weak_ptr<UserCall>> waiting_;
  bool in_call_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
