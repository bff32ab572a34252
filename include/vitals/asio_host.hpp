#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

// The host of a check or a server: its executor, and the end of its context. Included by <vitals/asio.hpp>.

#include <concepts>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before its own headers
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>

#include <vitals/process_owner.hpp>

namespace vitals::inline v1 {
namespace detail {

template <class T>
concept AsioContext = std::derived_from<std::remove_cvref_t<T>, boost::asio::execution_context>;

/// An executor, or a context with executors that isn't a temporary.
template <class T>
concept HostOfHandlers = (AsioContext<T> && std::is_lvalue_reference_v<T> &&
                          requires(T context) { boost::asio::any_io_executor{context.get_executor()}; }) ||
                         (!AsioContext<T> && std::convertible_to<T, boost::asio::any_io_executor>);

/// @throws std::invalid_argument  if it is an empty any_io_executor.
template <HostOfHandlers T>
boost::asio::any_io_executor executor_of(T&& host) {
  if constexpr (AsioContext<T>) {
    return host.get_executor();
  } else {
    boost::asio::any_io_executor executor = std::forward<T>(host);
    if (!executor) throw std::invalid_argument{"vitals: the executor is empty"};
    return executor;
  }
}

/// What is to be done for the user of an executor that has more than the executor from the context.
struct HostHooks {
  /// Called by the thread that destroys the context, while executor and context still work.
  std::function<void()> before_end = {};
  /// Called in a child of fork(), by notify_fork().
  std::function<void()> in_child = {};
};

/// The host's executor as other threads use it, until its context ends: then it is let go, and what is posted from then
/// on is dropped.
///
/// No copy of the executor is ever outside the mutex, so that none outlives the context.
///
/// @par Thread safety  Shared objects: safe.
class HostExecutor {
 public:
  using Executor = boost::asio::any_io_executor;

  /// Acts at the end of a context, while the services that were there before it still work. It keeps what it watches,
  /// so that the last owner of an executor and the end of the context find the same mutex.
  class Watch : public boost::asio::execution_context::service {
   public:
    static inline boost::asio::execution_context::id id;

    explicit Watch(boost::asio::execution_context& context) : service{context} { owner_.claim(); }
    void add(const std::shared_ptr<HostExecutor>& executor) {
      const std::lock_guard lock{mutex_};
      std::erase_if(watched_, [](const auto& watched) { return watched.use_count() == 1; });  // its owners are gone
      watched_.push_back(executor);
    }

   private:
    // What is watched may end meanwhile, on another thread.
    [[nodiscard]] std::vector<std::shared_ptr<HostExecutor>> watched() {
      std::unique_lock lock{mutex_, std::defer_lock};
      if (!owner_.is_another()) lock.lock();
      return watched_;
    }
    void shutdown() noexcept override {
      for (const auto& executor : watched()) {
        if (executor->hooks_.before_end) executor->hooks_.before_end();
        executor->let_go();
      }
    }
    void notify_fork(boost::asio::execution_context::fork_event event) override {
      if (event != boost::asio::execution_context::fork_child) return;
      for (const auto& executor : watched()) {
        if (executor->hooks_.in_child) executor->hooks_.in_child();
        executor->claim_in_child();
      }
      owner_.claim();
    }

    ProcessOwner owner_;
    std::mutex mutex_;
    std::vector<std::shared_ptr<HostExecutor>> watched_;
  };

  /// @tparam Service  Watches the context. The hooks may use only services that are older: those that are shut down
  ///                  later.
  template <class Service = Watch>
  static std::shared_ptr<HostExecutor> make(Executor executor, HostHooks hooks = {}) {
    boost::asio::execution_context& context = boost::asio::query(executor, boost::asio::execution::context);
    const std::shared_ptr<HostExecutor> made{new HostExecutor{std::move(executor), std::move(hooks)}};
    std::shared_ptr<HostExecutor> owner{made.get(), [made](HostExecutor* last) { last->let_go(); }};
    boost::asio::use_service<Service>(context).add(made);
    return owner;
  }

  /// Calls `use` with the executor, unless it is gone. `use` mustn't run user code, and the context doesn't end
  /// meanwhile.
  template <class Use>
  void with(Use&& use) {
    const std::lock_guard lock{mutex_};
    if (executor_) use(std::as_const(executor_));
  }
  template <class Task>
  void post(Task&& task) {
    with([&](const Executor& executor) { boost::asio::post(executor, std::forward<Task>(task)); });
  }

 private:
  explicit HostExecutor(Executor executor, HostHooks hooks) : executor_{std::move(executor)}, hooks_{std::move(hooks)} {
    owner_.claim();
  }
  // Unless a thread of the parent was using it at that moment: then the lock is never free again.
  void claim_in_child() noexcept {
    const std::unique_lock lock{mutex_, std::try_to_lock};
    if (lock) owner_.claim();
  }
  void let_go() noexcept {
    if (owner_.is_another()) return leak_executor();
    const std::lock_guard lock{mutex_};
    executor_ = {};
  }
  // It may hold what is the parent's, such as a strand.
  void leak_executor() noexcept {
    try {
      leak(std::make_shared<Executor>(std::move(executor_)));
    } catch (...) {
      // Out of memory: it is still this object's.
    }
  }

  ProcessOwner owner_;
  std::mutex mutex_;
  Executor executor_;
  const HostHooks hooks_;
};

}  // namespace detail
}  // namespace vitals::inline v1

#endif
