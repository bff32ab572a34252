#include "core/base/frame.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

thread_local const Frame* innermost = nullptr;

}  // namespace

Frame::Frame(const RegistryState* state) noexcept : state_{state}, outer_{innermost} { innermost = this; }

Frame::~Frame() { innermost = outer_; }

bool Frame::inside(const RegistryState* state) noexcept {
  for (const auto* frame = innermost; frame != nullptr; frame = frame->outer_)
    if (frame->state_ == state) return true;
  return false;
}

}  // namespace detail
}  // namespace vitals::inline v1
