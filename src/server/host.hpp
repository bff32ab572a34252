#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include <vitals/clock.hpp>
#include <vitals/export.hpp>

namespace vitals::inline v1 {
namespace detail {

/// A host calls its clients one at a time. Each such call is a *server's turn*.
class HostClient {
 public:
  virtual void on_turn() noexcept = 0;

 protected:
  ~HostClient() = default;
};

/// A client that calls a member function of its owner.
template <class Owner, void (Owner::*step)() noexcept>
class HostStep final : public HostClient {
 public:
  explicit HostStep(Owner& owner) noexcept : owner_{owner} {}
  void on_turn() noexcept override { (owner_.*step)(); }

 private:
  Owner& owner_;
};

/// A client that can be posted: the host shares its ownership until it has called it.
class HostTask : public HostClient {
 public:
  // Both belong to PostedTasks.
  std::shared_ptr<HostTask> next_posted = nullptr;
  bool is_posted = false;

 protected:
  ~HostTask() = default;
};

/// What to wait for on a descriptor.
enum class Interest {
  input,   ///< Bytes to read, a connection to accept, or the end of input.
  output,  ///< Room to write.
  reset,   ///< A reset by the peer.
};

/// A one-shot wait for a descriptor.
///
/// Destroying it cancels: the client isn't called any more. Destroy it before the descriptor is closed.
class HostWait {
 public:
  virtual ~HostWait() = default;
  /// The client will be called once, as soon as `interest` holds; level-triggered. Replaces the wait before.
  /// @throws std::bad_alloc
  virtual void begin(Interest interest) = 0;
  /// False once the client was called, or if the host had no memory to call it.
  [[nodiscard]] virtual bool under_way() const noexcept = 0;
};

/// A one-shot timer. Destroying it cancels: the client isn't called any more.
class HostTimer {
 public:
  virtual ~HostTimer() = default;
  /// The client will be called once, after `delay`. Replaces the wait before.
  /// @throws std::bad_alloc
  virtual void begin(Duration delay) = 0;
  /// See HostWait::under_way().
  [[nodiscard]] virtual bool under_way() const noexcept = 0;
};

/// What a server runs on: a thread of its own, or an executor of the application.
///
/// The server uses it once per batch of events, not once per request. So its speed hardly matters, and anything that
/// can wait for a descriptor can be a host.
///
/// @par Thread safety  post() is safe. The other functions, and the destructors of waits and timers, may be called only
///                     on the server's turn, or while it can't have one.
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
  /// The task will be called once, however often it is posted until then. It is dropped if the server ends before.
  virtual void post(std::shared_ptr<HostTask> task) noexcept = 0;
};

/// The tasks that were posted to a host and not called yet.
///
/// @par Thread safety  Shared objects: safe.
class PostedTasks {
 public:
  /// @returns Whether the caller must wake up the host: no call has done so since the last call_all().
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
  /// Call it if the host couldn't be woken up: the next add() then asks for it again.
  void not_woken() noexcept {
    const std::lock_guard lock{mutex_};
    woken_ = false;
  }
  /// Calls the present tasks; those that they post come with the next call.
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
  /// Drops the present tasks and all later ones.
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
