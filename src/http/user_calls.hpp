#pragma once

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

struct KeptBody;
struct RegistryState;
struct Wait;

/// A request that needs a call of the application's code. Only resources that make calls link what implements it.
///
/// @par Thread safety  Shared objects: outcome() and post() are safe. The rest is used before post().
class UserCall {
 public:
  UserCall() = default;
  UserCall(const UserCall&) = delete;
  UserCall& operator=(const UserCall&) = delete;
  virtual ~UserCall() = default;

  /// Allocates what post() needs.
  virtual void prepare(RegistryState& state) = 0;
  /// Makes a worker call the code, unless the wait is over before; the call ends the wait. Once only.
  virtual void post(RegistryState& state) noexcept = 0;
  /// Calls the code now.
  virtual void make(RegistryState& state) = 0;

  /// What the call has come to: an answer of a handler, a body of a renderer, or nothing yet.
  struct Outcome {
    std::optional<Answer> answer = std::nullopt;
    std::shared_ptr<const KeptBody> body = nullptr;
  };
  [[nodiscard]] virtual Outcome outcome() const = 0;

  /// That of the request. Null without a Runner.
  std::shared_ptr<Wait> wait = nullptr;
};

class UserCalls;

/// A call that the resource makes by `make_outcome`.
///
/// @par Thread safety  As UserCall.
class ResourceCall final : public UserCall, public std::enable_shared_from_this<ResourceCall> {
 public:
  using MakeOutcome = Outcome (*)(RegistryState& state, const ResourceCall& call);

  ResourceCall(const HttpRequest& request, Question the_question, MakeOutcome make_outcome);

  void prepare(RegistryState& state) override;
  void post(RegistryState& state) noexcept override;
  void make(RegistryState& state) override;
  [[nodiscard]] Outcome outcome() const override;
  /// Valid as long as this object.
  [[nodiscard]] HttpRequest request() const noexcept;

  const Question question;  ///< Without this call.

 private:
  const std::string method_, target_, accept_, authorization_, remote_address_;
  const MakeOutcome make_outcome_;
  std::list<std::weak_ptr<ResourceCall>> place_;  ///< In UserCalls, after post().
  std::list<std::function<void()>> job_;
  bool* posted_ = nullptr;  ///< Of the job.
  mutable std::mutex mutex_;
  Outcome outcome_;
};

/// The calls of one route: one at a time, so that a handler that hangs holds one thread, and not one per request. So
/// there is at most one job per route.
///
/// @par Thread safety  Shared objects: safe.
class UserCalls {
 public:
  using Place = std::list<std::weak_ptr<ResourceCall>>;
  /// More calls don't wait; their requests get 503.
  static constexpr std::size_t max_waiting = 1024;

  /// @returns Whether a job must be posted that calls run().
  [[nodiscard]] bool add(Place& call) noexcept;
  /// Makes the calls that wait, and those that arrive meanwhile. Requests that have gone, or have their answer, are
  /// dropped. No lock is held during a call.
  void run(RegistryState& state);
  /// A job was destroyed, whether it has called run() or not.
  void job_ended() noexcept;

 private:
  [[nodiscard]] std::shared_ptr<ResourceCall> next(RegistryState& state);

  std::mutex mutex_;
  Place waiting_;
  bool has_job_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
