#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <vitals/endpoint.hpp>
#include <vitals/report.hpp>

#include "core/model/probe_set.hpp"
#include "http/access.hpp"
#include "http/answer.hpp"
#include "http/paths.hpp"
#include "http/question.hpp"

namespace vitals::inline v1 {
namespace detail {

struct CheckSnapshot;
struct KeptBody;
struct RegistryState;
struct Effects;
struct Wait;

/// The probes whose runs the answer needs.
[[nodiscard]] VITALS_EXPORT ProbeSet needs_of(const Question& question) noexcept;

/// The answers of one Endpoint: what a request asks for, which runs it needs, and how the result is written.
///
/// Endpoint and both servers use it. No function here waits.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Answers {
 public:
  /// @param of_server  More routes.
  /// @throws std::invalid_argument  as Endpoint's constructor.
  Answers(std::shared_ptr<RegistryState> state, EndpointOptions options, const HttpRoutes& of_server = {});
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;
  ~Answers();

  /// What the request asks for; nothing if the endpoint doesn't have its path, or not for this caller.
  [[nodiscard]] std::optional<Question> question(const HttpRequest& request) const;

  /// The same for a server that has no other paths. `OPTIONS *`, which asks about the whole server (RFC 9110 9.3.7), is
  /// answered as OPTIONS of the first readiness path.
  [[nodiscard]] std::optional<Question> server_question(const HttpRequest& request) const;

  /// Whether the answer may depend on whether its caller is on this machine.
  [[nodiscard]] bool asks_for_loopback() const noexcept { return access_.asks_for_loopback(); }

  /// Either an answer, or a wait for the runs or the call that it needs.
  struct Begun {
    std::optional<Answer> answer = std::nullopt;
    std::shared_ptr<Wait> wait = nullptr;  ///< Null if there is an answer. Once it has ended, call answer().
  };
  /// Begins to answer. Holds locks only briefly, and allocates nothing if the kept answer still holds.
  ///
  /// @param make_ready  Called only if a wait may be needed. Returns the function to call when the wait ends: once,
  ///                    from any thread, within the answer budget, unless the wait is cancelled before. That function
  ///                    must neither block nor throw.
  template <class MakeReady>
  [[nodiscard]] Begun begin(const Question& question, MakeReady&& make_ready) const {
    if (auto known = at_hand(question)) return {.answer = std::move(known)};
    return begin_runs(question, std::forward<MakeReady>(make_ready)());
  }
  void cancel(const std::shared_ptr<Wait>& wait) const noexcept;

  /// The answer from the present state, or what the call has come to; starts no run.
  [[nodiscard]] Answer answer(const Question& question) const;

  /// True while an answer of this version to the same question is still true. Takes no lock.
  [[nodiscard]] bool still_holds(const Question& question, std::uint64_t version) const noexcept;

  /// True from the beginning of the shutdown: answers should then carry `Connection: close`. Takes no lock.
  [[nodiscard]] bool draining() const noexcept;

  /// True in a child of fork(), while the checks run in its parent.
  [[nodiscard]] bool in_another_process() const noexcept;

  /// Runs `task` on the thread that completes asynchronous answers.
  void post(std::list<std::function<void()>> task) const noexcept;

 private:
  /// The answer, if it needs neither a run nor a new body.
  [[nodiscard]] std::optional<Answer> at_hand(const Question& question) const;
  [[nodiscard]] Begun begin_runs(const Question& question, std::function<void()> ready) const;
  [[nodiscard]] Begun begin_call(const Question& question, std::function<void()> ready) const;
  [[nodiscard]] Answer outcome_of(const Question& question) const;
  [[nodiscard]] Answer answer_of(const Question& question, const std::optional<CheckSnapshot>& snapshot) const;
  [[nodiscard]] Answer answer_with(const Question& question, std::shared_ptr<const KeptBody> body) const;
  [[nodiscard]] int status_of(const Question& question, Status status) const noexcept;
  /// With the fields that depend on question and endpoint.
  [[nodiscard]] Answer finished(const Question& question, Answer answer) const;

  std::shared_ptr<RegistryState> state_;
  Access access_;
  Paths paths_;
  std::vector<std::shared_ptr<const Served>> served_;  ///< By PathMatch::target.
  std::string allow_origin_;                           ///< Empty: no origin.
  std::string first_readiness_path_;                   ///< Empty: there is none.
  bool envoy_headers_;
  bool not_found_while_draining_;
};

}  // namespace detail
}  // namespace vitals::inline v1
