#pragma once

#include <memory>

#include "http/kept_bodies.hpp"
#include "http/question.hpp"

namespace vitals::inline v1 {
namespace detail {

struct Effects;
struct RegistryState;
class UserCall;

/// The body that answers a question about health, from the present state.
/// @param effects  Collects what remains to be done without the lock.
[[nodiscard]] std::shared_ptr<const KeptBody> write_body(RegistryState& state, const Question& question,
                                                         Effects& effects);

/// Sets the job of a call: to call the handler or renderer of its route, and to end its wait.
void prepare_call(RegistryState& state, const std::shared_ptr<UserCall>& call);

}  // namespace detail
}  // namespace vitals::inline v1
