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

/// Shared by the copies of a CheckCompletion. If it is destroyed without a result, the run fails.
class CompletionState {
 public:
  CompletionState(std::weak_ptr<RegistryState> state, std::weak_ptr<Entry> entry, std::shared_ptr<Run> run) noexcept
      : state_{std::move(state)}, entry_{std::move(entry)}, run_{std::move(run)} {}
  CompletionState(const CompletionState&) = delete;
  CompletionState& operator=(const CompletionState&) = delete;
  ~CompletionState();

  /// Only the first result counts. Calls the redactor.
  void complete(SharedResult result) noexcept;

 private:
  void deliver(SharedResult result, bool by_library) noexcept;

  const std::weak_ptr<RegistryState> state_;
  const std::weak_ptr<Entry> entry_;
  const std::shared_ptr<Run> run_;
  std::atomic<bool> done_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
