#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>  // Boost 1.74 needs it before its own headers

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/system/system_error.hpp>

#include <vitals/process_owner.hpp>

#include "server/host.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Turns Asio's exceptions into std::system_error, which they don't derive from.
template <class Call>
auto with_std_errors(const Call& call) {
  try {
    return call();
  } catch (const boost::system::system_error& error) {
    throw std::system_error{error.code().value(), std::system_category()};
  }
}

/// The state that a host shares with its handlers, which may outlive it.
template <class Threads>
struct AsioTurns {
  typename Threads::Mutex mutex;  ///< Locked during the server's turn.
  ProcessOwner owner;
  PostedTasks tasks;

  /// True in a child of fork(), whose host would run copies of its parent's handlers.
  [[nodiscard]] bool in_another_process() const noexcept { return Threads::may_run_in_children && owner.is_another(); }
};

/// An Asio object and the wait for it. `Object` is a timer or a descriptor.
///
/// Handlers share ownership of this. The Asio object is destroyed in end(), because it must not outlive its context.
template <class Threads, class Object>
class AsioWaiting {
 public:
  using Turns = AsioTurns<Threads>;
  using Executor = typename Threads::Executor;

  AsioWaiting(const Executor& executor, std::shared_ptr<Turns> turns, HostClient& client)
      : turns_{std::move(turns)}, client_{&client}, object_{std::in_place, executor} {}

  [[nodiscard]] Object& object() noexcept { return *object_; }
  [[nodiscard]] bool under_way() const noexcept { return awaited_.load(std::memory_order_relaxed) != 0; }

  /// The wait is under way from the construction of its handler until the handler is called or destroyed. An executor
  /// without memory to post it destroys it uncalled, on any thread.
  class Handler {
   public:
    explicit Handler(const std::shared_ptr<AsioWaiting>& waiting) noexcept
        : waiting_{waiting}, number_{waiting->number_ += 2} {
      waiting->awaited_.store(number_, std::memory_order_relaxed);
    }
    Handler(Handler&& other) noexcept = default;
    Handler& operator=(Handler&& other) = delete;
    ~Handler() {
      if (waiting_) (void)waiting_->is_over(number_);
    }

    void operator()(const boost::system::error_code&) {
      const auto waiting = std::move(waiting_);
      if (waiting->turns_->in_another_process()) return;
      const std::lock_guard lock{waiting->turns_->mutex};
      if (waiting->is_over(number_) && waiting->client_ != nullptr) waiting->client_->on_turn();
    }

   private:
    std::shared_ptr<AsioWaiting> waiting_;
    unsigned number_;
  };

  void end() noexcept {
    client_ = nullptr;
    object_.reset();
  }

 private:
  /// @returns False if it was over before.
  [[nodiscard]] bool is_over(unsigned number) noexcept {
    return awaited_.compare_exchange_strong(number, 0, std::memory_order_relaxed);
  }

  std::shared_ptr<Turns> turns_;
  HostClient* client_;
  std::optional<Object> object_;
  unsigned number_ = 1;                ///< The last handler's; always odd, so never 0.
  std::atomic<unsigned> awaited_ = 0;  ///< The number of the handler that the wait needs; 0: no wait is under way.
};

/// A host on an Asio executor. `Threads` describes the threads that run it:
///
///     Executor             the executor's type
///     Mutex                locked during the server's turn; does nothing if only one thread uses the server
///     Loop                 has post(handler), callable from any thread
///     may_run_in_children  whether a child of fork() may run handlers
template <class Threads>
class AsioHost final : public Host {
 public:
  using Executor = typename Threads::Executor;
  using Mutex = typename Threads::Mutex;

  AsioHost(const Executor& executor, std::shared_ptr<typename Threads::Loop> loop)
      : executor_{executor}, loop_{std::move(loop)} {
    turns_->owner.claim();
  }

  [[nodiscard]] Mutex& mutex() noexcept { return turns_->mutex; }
  /// Drops the posted tasks and the executor. The waits and timers that it made stay.
  void close() noexcept {
    turns_->tasks.close();
    executor_.reset();
  }

  std::unique_ptr<HostWait> watch(int fd, HostClient& client) override {
    return with_std_errors([&] { return std::make_unique<Wait>(*executor_, turns_, client, fd); });
  }
  std::unique_ptr<HostTimer> timer(HostClient& client) override {
    return with_std_errors([&] { return std::make_unique<Timer>(*executor_, turns_, client); });
  }
  void post(std::shared_ptr<HostTask> task) noexcept override {
    if (!turns_->tasks.add(std::move(task))) return;
    for (int tries = 0; tries < 2; ++tries) {
      try {
        return loop_->post(Wake{turns_});
      } catch (...) {
        // Out of memory. If that lasts, the connection that waits for the task reaches its time limit.
      }
    }
  }

 private:
  using Turns = AsioTurns<Threads>;

  /// Calls the posted tasks. Like a Handler it may be destroyed uncalled.
  class Wake {
   public:
    explicit Wake(std::shared_ptr<Turns> turns) noexcept : turns_{std::move(turns)} {}
    Wake(Wake&& other) noexcept = default;
    Wake& operator=(Wake&& other) = delete;
    ~Wake() {
      if (turns_) turns_->tasks.not_woken();
    }

    void operator()() {
      const auto turns = std::move(turns_);
      if (turns->in_another_process()) return;
      const std::lock_guard lock{turns->mutex};
      turns->tasks.call_all();
    }

   private:
    std::shared_ptr<Turns> turns_;
  };

  class Wait final : public HostWait {
   public:
    Wait(const Executor& executor, const std::shared_ptr<Turns>& turns, HostClient& client, int fd)
        : waiting_{std::make_shared<Waiting>(executor, turns, client)} {
      waiting_->object().assign(fd);
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() override {
      waiting_->object().release();  // without closing it: its owner does
      waiting_->end();
    }
    void begin(Interest interest) override {
      boost::system::error_code ignored;
      if (under_way()) waiting_->object().cancel(ignored);
      waiting_->object().async_wait(type_of(interest), typename Waiting::Handler{waiting_});
    }
    [[nodiscard]] bool under_way() const noexcept override { return waiting_->under_way(); }

   private:
    using Object = boost::asio::posix::basic_stream_descriptor<Executor>;
    using Waiting = AsioWaiting<Threads, Object>;

    static typename Object::wait_type type_of(Interest interest) noexcept {
      switch (interest) {
        case Interest::input: return Object::wait_read;
        case Interest::output: return Object::wait_write;
        case Interest::reset: return Object::wait_error;
      }
      return Object::wait_error;
    }

    std::shared_ptr<Waiting> waiting_;
  };

  class Timer final : public HostTimer {
   public:
    Timer(const Executor& executor, const std::shared_ptr<Turns>& turns, HostClient& client)
        : waiting_{std::make_shared<Waiting>(executor, turns, client)} {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() override { waiting_->end(); }
    void begin(Duration delay) override {
      waiting_->object().expires_after(delay);
      waiting_->object().async_wait(typename Waiting::Handler{waiting_});
    }
    [[nodiscard]] bool under_way() const noexcept override { return waiting_->under_way(); }

   private:
    using Clock = std::chrono::steady_clock;
    using Object = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
    using Waiting = AsioWaiting<Threads, Object>;

    std::shared_ptr<Waiting> waiting_;
  };

  std::optional<Executor> executor_;
  std::shared_ptr<typename Threads::Loop> loop_;
  std::shared_ptr<Turns> turns_ = std::make_shared<Turns>();
};

}  // namespace detail
}  // namespace vitals::inline v1
