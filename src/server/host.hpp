#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// Whom a host calls: one client at a time, on what is called the server's turn.
class HostClient {
 public:
  virtual void on_turn() noexcept = 0;

 protected:
  ~HostClient() = default;
};

/// A client that is a step of something else.
template <class Owner, void (Owner::*step)() noexcept>
class HostStep final : public HostClient {
 public:
  explicit HostStep(Owner& owner) noexcept : owner_{owner} {}
  void on_turn() noexcept override { (owner_.*step)(); }

 private:
  Owner& owner_;
};

/// A client that is called once for each time that it was posted, and kept alive until then.
class HostTask : public HostClient {
 public:
  std::shared_ptr<HostTask> next_posted = nullptr;  ///< Of PostedTasks, as the other.
  bool is_posted = false;

 protected:
  ~HostTask() = default;
};

/// What a descriptor is waited for.
enum class Interest {
  input,   ///< There is something to read or to accept, or an end.
  output,  ///< There is room to write.
  reset,   ///< Its peer has reset it.
};

/// Waits for a descriptor, once each time it is told to.
///
/// Its end cancels: the client isn't called any more. It must end before the descriptor is closed.
class HostWait {
 public:
  virtual ~HostWait() = default;
  /// Has the client called once, when that has happened, or at once if it is so already. Takes the place of what was
  /// waited for before.
  /// @throws std::bad_alloc
  virtual void begin(Interest interest) = 0;
  /// False if the client was called, and if the host has lost the call for lack of memory.
  [[nodiscard]] virtual bool under_way() const noexcept = 0;
};

/// Its end cancels: the client isn't called any more.
class HostTimer {
 public:
  virtual ~HostTimer() = default;
  /// Has the client called once, after so long. Takes the place of what was waited for before.
  /// @throws std::bad_alloc
  virtual void begin(Duration delay) = 0;
  /// As of a HostWait.
  [[nodiscard]] virtual bool under_way() const noexcept = 0;
};

/// What a server runs on: a thread of its own, or an executor of the application's.
///
/// Called once a batch of events, and never once a request, so that it may be anything that can wait for a descriptor.
///
/// @par Thread safety  post() is safe. The rest, and the ends of what it has made, are for the server's turn, or for
///                     whoever keeps it from having one.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// @throws std::system_error, std::bad_alloc
  [[nodiscard]] virtual std::unique_ptr<HostWait> watch(int fd, HostClient& client) = 0;
  /// @throws std::system_error, std::bad_alloc
  [[nodiscard]] virtual std::unique_ptr<HostTimer> timer(HostClient& client) = 0;
  /// Has the task called; once, however often it is posted until then. Dropped if the server ends before.
  virtual void post(std::shared_ptr<HostTask> task) noexcept = 0;
};

/// The tasks that a host has been given and hasn't called yet.
///
/// @par Thread safety  Shared objects: safe.
class PostedTasks {
 public:
  /// @returns Whether the host is to be woken: nobody has done so since it called what was there.
  [[nodiscard]] bool add(std::shared_ptr<HostTask> task) noexcept {
    const std::lock_guard lock{mutex_};
    if (closed_) return false;
    if (!std::exchange(task->is_posted, true)) {
      auto* const last = task.get();
      (last_ != nullptr ? last_->next_posted : first_) = std::move(task);
      last_ = last;
    }
    return !std::exchange(woken_, true);
  }
  /// The host couldn't be woken: whoever comes next tries again.
  void not_woken() noexcept {
    const std::lock_guard lock{mutex_};
    woken_ = false;
  }
  /// Calls those that are there now: what they post comes later.
  void call_all() noexcept {
    for (auto task = take_all(); task;) {
      auto next = std::move(task->next_posted);
      {
        const std::lock_guard lock{mutex_};
        task->is_posted = false;
      }
      task->on_turn();
      task = std::move(next);
    }
  }
  /// Drops those that are there, and what is still to come.
  void close() noexcept {
    {
      const std::lock_guard lock{mutex_};
      closed_ = true;
    }
    for (auto task = take_all(); task;) task = std::exchange(task->next_posted, nullptr);
  }

 private:
  [[nodiscard]] std::shared_ptr<HostTask> take_all() noexcept {
    const std::lock_guard lock{mutex_};
    woken_ = false;
    last_ = nullptr;
    return std::exchange(first_, nullptr);
  }

  std::mutex mutex_;
  std::shared_ptr<HostTask> first_ = nullptr;
  HostTask* last_ = nullptr;
  bool woken_ = false;
  bool closed_ = false;
};

}  // namespace detail
}  // namespace vitals::inline v1
