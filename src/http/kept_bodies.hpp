#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <vitals/rendered.hpp>
#include <vitals/status.hpp>

#include "http/question.hpp"

namespace vitals::inline v1 {
namespace detail {

/// The body of an answer: true while the registry says that `version` still holds.
struct KeptBody {
  Status status = Status::fail;
  Rendered rendered = {};
  std::uint64_t version = 0;
};

/// The latest body of each variant of a resource and each sight, so that a probe costs only a copy while nothing has
/// changed. Answers about one check aren't kept.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class KeptBodies {
 public:
  using Writer = std::function<std::shared_ptr<const KeptBody>()>;

  explicit KeptBodies(std::size_t variants) : slots_(variants * sight_count) {}

  /// The latest body, which may be outdated; null if there is none yet.
  [[nodiscard]] std::shared_ptr<const KeptBody> find(const Question& question) const;
  /// Keeps and returns a new body that `write` makes, or that another call has begun to write since this one began. So
  /// many concurrent calls write two bodies at most. Waits while another call is writing.
  /// @param may_lag  Whether the latest body does instead if it and the one before it are still in use. Then no third
  ///                 one is written.
  [[nodiscard]] std::shared_ptr<const KeptBody> renew(const Question& question, const Writer& write,
                                                      bool may_lag = false);
  /// Keeps a body that its caller has written.
  void keep(const Question& question, std::shared_ptr<const KeptBody> body);

 private:
  /// A mutex, because std::atomic<std::shared_ptr> has a data race in libstdc++ 12: its load releases its internal lock
  /// with relaxed order.
  struct Slot {
    mutable std::mutex mutex;
    std::shared_ptr<const KeptBody> body;

    std::mutex writing;
    std::atomic<std::uint64_t> begun = 0;  // the number of bodies begun so far
    std::uint64_t written = 0;             // the number of the last one finished; under `writing`
    std::weak_ptr<const KeptBody> before;  // the body that was replaced last; under `writing`
  };
  [[nodiscard]] static std::size_t index_of_slot(const Question& question) noexcept {
    return question.variant * sight_count + static_cast<std::size_t>(question.sight);
  }
  [[nodiscard]] static bool has_two_in_use(Slot& slot) noexcept;

  std::vector<Slot> slots_;
};

}  // namespace detail
}  // namespace vitals::inline v1
