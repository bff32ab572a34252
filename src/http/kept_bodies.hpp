#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <vitals/clock.hpp>
#include <vitals/status.hpp>

#include "http/route.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The body of an answer as it was written once: true while the registry's version is `version` and its clock shows
/// less than `valid_until`.
struct KeptBody {
  Status status = Status::fail;
  std::string body = {};
  std::uint64_t version = 0;
  SteadyTime valid_until = SteadyTime::min();

  [[nodiscard]] bool holds(std::uint64_t current, SteadyTime now) const noexcept {
    return version == current && now < valid_until;
  }
};

/// The latest body of each kind of answer, so that a probe that finds nothing changed costs no more than a copy.
/// Answers about one check aren't kept.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class KeptBodies {
 public:
  /// The latest body, which may hold no more; null if there was none yet.
  [[nodiscard]] std::shared_ptr<const KeptBody> find(const Route& route) const;
  void keep(const Route& route, std::shared_ptr<const KeptBody> body);

 private:
  /// A lock and no std::atomic<std::shared_ptr>: that one has a data race in libstdc++ 12 (its load lets go of its own
  /// lock without a release).
  struct Slot {
    mutable std::mutex mutex;
    std::shared_ptr<const KeptBody> body;
  };
  [[nodiscard]] static std::size_t index_of_slot(const Route& route) noexcept;

  /// For each probe and all together: terse text, verbose text, JSON. Both JSON types have the same body.
  std::array<Slot, std::size_t{4} * 3> slots_;
};

}  // namespace detail
}  // namespace vitals::inline v1
