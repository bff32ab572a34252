#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/endpoint.hpp>

#include "http/answer.hpp"
#include "http/kept_bodies.hpp"
#include "http/paths.hpp"
#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

struct CheckSnapshot;
struct RegistryState;
struct Effects;
struct Wait;

/// The answers of one Endpoint: which request asks what, which runs it needs, and how the result is said.
///
/// Endpoint and HealthServer both stand on it. Nothing here waits.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Answers {
 public:
  /// @throws std::invalid_argument  as Endpoint's constructor.
  Answers(std::shared_ptr<RegistryState> state, EndpointOptions options);
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;
  ~Answers();

  /// What the request asks for; nothing if its path isn't one of the endpoint's. Pure, and keeps no view into the
  /// request.
  [[nodiscard]] std::optional<Route> route(const HttpRequest& request) const;

  /// The same for a server that has no other paths: `OPTIONS *`, which is about the server as a whole (RFC 9110 9.3.7),
  /// is taken as OPTIONS of the first readiness path.
  [[nodiscard]] std::optional<Route> server_route(const HttpRequest& request) const;

  /// What begins with a request: its answer, or a wait for the runs that it needs.
  struct Begun {
    std::optional<Answer> answer = std::nullopt;
    std::shared_ptr<Wait> wait = nullptr;  ///< If there is no answer. After it, answer() has it.
  };
  /// Begins to answer. Takes no lock for long, and allocates nothing if there is an answer at hand.
  ///
  /// @param make_ready  Makes what is called when the wait is over, if there may be one: once, from any thread, within
  ///                    the answer budget, unless the wait is cancelled before. That must neither block nor throw.
  template <class MakeReady>
  [[nodiscard]] Begun begin(const Route& route, MakeReady&& make_ready) const {
    if (auto known = at_hand(route)) return {.answer = std::move(known)};
    return begin_runs(route, std::forward<MakeReady>(make_ready)());
  }
  void cancel(const std::shared_ptr<Wait>& wait) const noexcept;

  /// The answer from what is known now.
  [[nodiscard]] Answer answer(const Route& route) const;

  /// An answer of this version to the same route is still true. Takes no lock.
  [[nodiscard]] bool still_holds(const Route& route, std::uint64_t version) const noexcept;

  /// Shutting down has begun: answers should ask their peers to close the connection. Takes no lock.
  [[nodiscard]] bool draining() const noexcept;

  /// This is a child of fork(), and the checks run in its parent.
  [[nodiscard]] bool in_another_process() const noexcept;

  /// Runs `task` on the thread that completes asynchronous answers.
  void post(std::list<std::function<void()>> task) const noexcept;

 private:
  /// The answer, if there is one that needs no run and holds.
  [[nodiscard]] std::optional<Answer> at_hand(const Route& route) const;
  [[nodiscard]] Begun begin_runs(const Route& route, std::function<void()> ready) const;
  [[nodiscard]] std::shared_ptr<const KeptBody> write(const Route& route, Effects& effects) const;
  [[nodiscard]] Answer answer_of(const Route& route, const std::optional<CheckSnapshot>& snapshot) const;
  [[nodiscard]] Answer answer_with(const Route& route, std::shared_ptr<const KeptBody> body) const;
  /// The origin that may read the answer; empty unless it is one of the health paths'.
  [[nodiscard]] std::string_view origin_for(const Route& route) const noexcept;

  std::shared_ptr<RegistryState> state_;
  Paths paths_;
  Callers details_;
  std::string allow_origin_;          ///< Of the health paths; empty: none.
  std::string first_readiness_path_;  ///< Empty if there is none.
  mutable KeptBodies kept_;
};

}  // namespace detail
}  // namespace vitals::inline v1
