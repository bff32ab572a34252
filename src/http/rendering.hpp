#pragma once

#include <memory>

#include "http/kept_bodies.hpp"
#include "http/question.hpp"

namespace vitals::inline v1 {
namespace detail {

struct Effects;
struct RegistryState;
struct View;

/// The body that answers a question about health, from the present state.
/// @param effects  Collects what remains to be done without the lock.
[[nodiscard]] std::shared_ptr<const KeptBody> write_body(RegistryState& state, const Question& question,
                                                         Effects& effects);

/// What the caller may see of the present state.
[[nodiscard]] View view_for(RegistryState& state, const Question& question, Effects& effects);
[[nodiscard]] std::shared_ptr<const KeptBody> body_of(const View& view, Rendered rendered);

}  // namespace detail
}  // namespace vitals::inline v1
