#pragma once

#include <optional>

#include "grpc/messages.hpp"

namespace vitals::inline v1 {
namespace detail {

/// What a Watch call does next. Pure: no gRPC, no lock.
///
///     new ──begin()──▶ idle
///     idle ──another status──▶ writing ──written──▶ idle
///       └────cancelled, failed to write, or shut down; once nothing is being written────▶ finished
class Watch {
 public:
  enum class Step {
    wait,              ///< For a change, or until what is being written has been written.
    write,             ///< The status. Then call written().
    write_and_finish,  ///< The status is the last message.
    refuse,            ///< Finish without another message: the service has been shut down.
    finish,            ///< The call was cancelled, or its client is gone.
  };

  /// @param status     Of the service now.
  /// @param shut_down  The service has been shut down.
  [[nodiscard]] Step next(ServingStatus status, bool shut_down) noexcept {
    if (finished_ || busy_) return Step::wait;
    if (gone_) return end(Step::finish);
    // A client that got a message begins again at once, and later if it got none.
    if (shut_down) return end(sent_ && sent_ != status ? Step::write_and_finish : Step::refuse);
    if (sent_ == status) return Step::wait;
    sent_ = status;
    busy_ = true;
    return Step::write;
  }
  void begin() noexcept { busy_ = false; }
  void written(bool ok) noexcept {
    busy_ = false;
    gone_ = gone_ || !ok;
  }
  void cancel() noexcept { gone_ = true; }

 private:
  Step end(Step step) noexcept {
    finished_ = true;
    return step;
  }

  std::optional<ServingStatus> sent_ = std::nullopt;
  bool busy_ = true;
  bool gone_ = false;
  bool finished_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
