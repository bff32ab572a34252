#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include <vitals/status.hpp>

#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The body of an answer as it was written once: true while the registry says that `version` still holds.
struct KeptBody {
  Status status = Status::fail;
  std::string body = {};
  std::uint64_t version = 0;
};

/// The latest body of each kind of answer, so that a probe that finds nothing changed costs no more than a copy.
/// Answers about one check aren't kept.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class KeptBodies {
 public:
  using Writer = std::function<std::shared_ptr<const KeptBody>()>;

  /// The latest body, which may hold no more; null if there was none yet.
  [[nodiscard]] std::shared_ptr<const KeptBody> find(const Route& route) const;
  /// A new body, made by `write`, which is then kept; or one that somebody else has begun to write since this call
  /// began, so that many callers at a time cost two bodies at most. Waits while somebody is writing.
  [[nodiscard]] std::shared_ptr<const KeptBody> renew(const Route& route, const Writer& write);

 private:
  /// A lock and no std::atomic<std::shared_ptr>: that one has a data race in libstdc++ 12 (its load lets go of its own
  /// lock without a release).
  struct Slot {
    mutable std::mutex mutex;
    std::shared_ptr<const KeptBody> body;

    std::mutex writing;                    // one at a time
    std::atomic<std::uint64_t> begun = 0;  // bodies
    std::uint64_t written = 0;             // the number of the last that was finished
  };
  [[nodiscard]] static std::size_t index_of_slot(const Route& route) noexcept;

  /// For each probe and all together: terse text, verbose text, JSON. Both JSON types have the same body.
  std::array<Slot, std::size_t{4} * 3> slots_;
};

}  // namespace detail
}  // namespace vitals::inline v1
