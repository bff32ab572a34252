#pragma once

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;

/// Marks the calling thread as being inside user code (a check, a listener) of a registry while it lives. Frames nest.
class Frame {
 public:
  explicit Frame(const RegistryState* state) noexcept;
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame();

  /// Whether the calling thread is inside user code of that registry. If so, it must not wait for such code.
  [[nodiscard]] static bool inside(const RegistryState* state) noexcept;

 private:
  const RegistryState* state_;
  const Frame* outer_;
};

}  // namespace detail
}  // namespace vitals::inline v1
