#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <vitals/endpoint.hpp>

#include "http/answer.hpp"
#include "http/kept_bodies.hpp"
#include "http/paths.hpp"
#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

class RegistryState;
struct Afterwards;
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
  [[nodiscard]] std::optional<Route> route(const Request& request) const;

  /// The answer, if there is one that needs no run and holds. Takes no lock for long and allocates nothing.
  [[nodiscard]] std::optional<Answer> at_hand(const Route& route) const;

  /// Starts the runs that the answer needs. Null if none must be waited for; else `ready` is called once, from any
  /// thread, within the answer budget, unless the wait is cancelled before. `ready` must neither block nor throw.
  [[nodiscard]] std::shared_ptr<Wait> prepare(const Route& route, std::function<void()> ready) const;
  void cancel(const std::shared_ptr<Wait>& wait) const noexcept;

  /// The answer from what is known now.
  [[nodiscard]] Answer answer(const Route& route) const;

  /// Shutting down has begun: answers should ask their peers to close the connection. Takes no lock.
  [[nodiscard]] bool draining() const noexcept;

  /// Runs `task` on the thread that completes asynchronous answers.
  void post(std::function<void()> task) const;

 private:
  /// The probe of the check that is asked for; nothing if there is no such check where it was asked for.
  [[nodiscard]] std::optional<Probe> probe_of_check(const Route& route) const;
  [[nodiscard]] std::shared_ptr<const KeptBody> write(const Route& route, Afterwards& afterwards) const;
  [[nodiscard]] Answer answer_one_check(const Route& route) const;
  [[nodiscard]] static Answer answer_with(const Route& route, std::shared_ptr<const KeptBody> body);

  std::shared_ptr<RegistryState> state_;
  Paths paths_;
  Details details_;
  mutable KeptBodies kept_;
};

}  // namespace detail
}  // namespace vitals::inline v1
