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

/// The answers of one Endpoint: what a request asks for, which runs it needs, and how the result is written.
///
/// Endpoint and both servers use it. No function here waits.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class VITALS_EXPORT Answers {
 public:
  /// @throws std::invalid_argument  as Endpoint's constructor.
  Answers(std::shared_ptr<RegistryState> state, EndpointOptions options);
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;
  ~Answers();

  /// What the request asks for; nothing if the endpoint doesn't have its path. The route has no view into the request.
  [[nodiscard]] std::optional<Route> route(const HttpRequest& request) const;

  /// The same for a server that has no other paths. `OPTIONS *`, which asks about the whole server (RFC 9110 9.3.7), is
  /// answered as OPTIONS of the first readiness path.
  [[nodiscard]] std::optional<Route> server_route(const HttpRequest& request) const;

  /// Either an answer, or a wait for the runs that it needs.
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
  [[nodiscard]] Begun begin(const Route& route, MakeReady&& make_ready) const {
    if (auto known = at_hand(route)) return {.answer = std::move(known)};
    return begin_runs(route, std::forward<MakeReady>(make_ready)());
  }
  void cancel(const std::shared_ptr<Wait>& wait) const noexcept;

  /// The answer from the present state; starts no run.
  [[nodiscard]] Answer answer(const Route& route) const;

  /// True while an answer of this version to the same route is still true. Takes no lock.
  [[nodiscard]] bool still_holds(const Route& route, std::uint64_t version) const noexcept;

  /// True from the beginning of the shutdown: answers should then carry `Connection: close`. Takes no lock.
  [[nodiscard]] bool draining() const noexcept;

  /// True in a child of fork(), while the checks run in its parent.
  [[nodiscard]] bool in_another_process() const noexcept;

  /// Runs `task` on the thread that completes asynchronous answers.
  void post(std::list<std::function<void()>> task) const noexcept;

 private:
  /// The answer, if it needs neither a run nor a new body.
  [[nodiscard]] std::optional<Answer> at_hand(const Route& route) const;
  [[nodiscard]] Begun begin_runs(const Route& route, std::function<void()> ready) const;
  [[nodiscard]] std::shared_ptr<const KeptBody> write(const Route& route, Effects& effects) const;
  [[nodiscard]] Answer answer_of(const Route& route, const std::optional<CheckSnapshot>& snapshot) const;
  [[nodiscard]] Answer answer_with(const Route& route, std::shared_ptr<const KeptBody> body) const;
  /// Empty unless the route is that of a health path.
  [[nodiscard]] std::string_view origin_for(const Route& route) const noexcept;

  std::shared_ptr<RegistryState> state_;
  Paths paths_;
  Callers details_;
  std::string allow_origin_;          ///< For the health paths; empty: no origin.
  std::string first_readiness_path_;  ///< Empty: there is none.
  mutable KeptBodies kept_;
};

}  // namespace detail
}  // namespace vitals::inline v1
