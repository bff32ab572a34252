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

/// The body of an answer: true while the registry says that `version` still holds.
struct KeptBody {
  Status status = Status::fail;
  std::string body = {};
  std::uint64_t version = 0;
};

/// The latest body of each kind of answer, so that a probe costs only a copy while nothing has changed. Answers about
/// one check aren't kept.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class KeptBodies {
 public:
  using Writer = std::function<std::shared_ptr<const KeptBody>()>;

  /// The latest body, which may be outdated; null if there is none yet.
  [[nodiscard]] std::shared_ptr<const KeptBody> find(const Route& route) const;
  /// Keeps and returns a new body that `write` makes, or that another call has begun to write since this one began. So
  /// many concurrent calls write two bodies at most. Waits while another call is writing.
  [[nodiscard]] std::shared_ptr<const KeptBody> renew(const Route& route, const Writer& write);

 private:
  /// A mutex, because std::atomic<std::shared_ptr> has a data race in libstdc++ 12: its load releases its internal lock
  /// with relaxed order.
  struct Slot {
    mutable std::mutex mutex;
    std::shared_ptr<const KeptBody> body;

    std::mutex writing;
    std::atomic<std::uint64_t> begun = 0;  // the number of bodies begun so far
    std::uint64_t written = 0;             // the number of the last one finished; under `writing`
  };
  [[nodiscard]] static std::size_t index_of_slot(const Route& route) noexcept;

  /// Terse text, verbose text and JSON for each probe and for all together. Both JSON types have the same body.
  std::array<Slot, std::size_t{4} * 3> slots_;
};

}  // namespace detail
}  // namespace vitals::inline v1
