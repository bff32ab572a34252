#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "core/model/result.hpp"

namespace vitals::inline v1 {
namespace detail {

struct RegistryState;
struct Entry;
struct Run;

/// What the copies of a CheckCompletion share. Its end without a result is a failure.
class CompletionState {
 public:
  CompletionState(std::weak_ptr<RegistryState> state, std::weak_ptr<Entry> entry, std::shared_ptr<Run> run) noexcept
      : state_{std::move(state)}, entry_{std::move(entry)}, run_{std::move(run)} {}
  CompletionState(const CompletionState&) = delete;
  CompletionState& operator=(const CompletionState&) = delete;
  ~CompletionState();

  /// The first result counts.
  void complete(SharedResult result) noexcept;

 private:
  const std::weak_ptr<RegistryState> state_;
  const std::weak_ptr<Entry> entry_;
  const std::shared_ptr<Run> run_;
  std::atomic<bool> done_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
