#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <ostream>
#include <poll.h>
#include <utility>
#include <vector>

#include <vitals/clock.hpp>

#include "server/host.hpp"

namespace vitals_test {

/// How often a server has called each function of its host.
struct HostCalls {
  int made = 0;    ///< Constructed waits and timers.
  int begun = 0;   ///< Waits and timers that were started.
  int asked = 0;   ///< Queries whether one of them is pending.
  int posted = 0;  ///< Posted tasks.
  int woken = 0;   ///< Posts that must wake a sleeping host.

  friend HostCalls operator-(const HostCalls& after, const HostCalls& before) noexcept {
    return {.made = after.made - before.made,
            .begun = after.begun - before.begun,
            .asked = after.asked - before.asked,
            .posted = after.posted - before.posted,
            .woken = after.woken - before.woken};
  }
  friend bool operator==(const HostCalls&, const HostCalls&) noexcept = default;
  friend void PrintTo(const HostCalls& calls, std::ostream* out) {
    *out << calls.made << " made, " << calls.begun << " begun, " << calls.asked << " asked, " << calls.posted
         << " posted, " << calls.woken << " woken";
  }
};

/// A host that takes a turn when the test calls turn(), on a clock that the test moves.
class FakeHost final : public vitals::detail::Host {
 public:
  using Now = vitals::SteadyTime (*)() noexcept;

  explicit FakeHost(Now now) noexcept : now_{now} {}

  std::unique_ptr<vitals::detail::HostWait> watch(int fd, vitals::detail::HostClient& client) override {
    ++calls_.made;
    return std::make_unique<Wait>(*this, fd, client);
  }
  std::unique_ptr<vitals::detail::HostTimer> timer(vitals::detail::HostClient& client) override {
    ++calls_.made;
    return std::make_unique<Timer>(*this, client);
  }
  void post(std::shared_ptr<vitals::detail::HostTask> task) noexcept override {
    if (tasks_.add(std::move(task))) ++woken_;
    ++posted_;
  }

  /// Drops all posted tasks, and later ones too: the tasks own connections, which own their host.
  void close() noexcept { tasks_.close(); }

  /// Counts since construction. Only from the thread that calls turn().
  [[nodiscard]] HostCalls calls() const noexcept {
    auto calls = calls_;
    calls.posted = posted_;
    calls.woken = woken_;
    return calls;
  }

  /// Runs the posted tasks, the handlers of ready descriptors and the timers that are due, as of now.
  /// @param patience  The longest wait for a descriptor.
  /// @returns How many descriptors were ready.
  int turn(std::chrono::milliseconds patience = {}) {
    tasks_.call_all();
    const int ready = call_ready(patience);
    for (auto* const timer : std::vector<Timer*>{timers_}) {
      if (!has(timers_, timer) || timer->at > now_()) continue;
      timer->at = never;
      timer->client.on_turn();
    }
    return ready;
  }

 private:
  static constexpr auto never = vitals::SteadyTime::max();

  struct Wait final : vitals::detail::HostWait {
    Wait(FakeHost& its_host, int its_fd, vitals::detail::HostClient& its_client)
        : host{its_host}, fd{its_fd}, client{its_client} {
      host.waits_.push_back(this);
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() override { std::erase(host.waits_, this); }
    void begin(vitals::detail::Interest interest) override {
      ++host.calls_.begun;
      events = events_of(interest);
    }
    [[nodiscard]] bool under_way() const noexcept override {
      ++host.calls_.asked;
      return events != none;
    }

    static constexpr short none = -1;
    static short events_of(vitals::detail::Interest interest) noexcept {
      if (interest == vitals::detail::Interest::input) return POLLIN;
      return interest == vitals::detail::Interest::output ? POLLOUT : 0;
    }

    FakeHost& host;
    int fd;
    vitals::detail::HostClient& client;
    short events = none;
  };

  struct Timer final : vitals::detail::HostTimer {
    Timer(FakeHost& its_host, vitals::detail::HostClient& its_client) : host{its_host}, client{its_client} {
      host.timers_.push_back(this);
    }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() override { std::erase(host.timers_, this); }
    void begin(vitals::Duration delay) override {
      ++host.calls_.begun;
      at = host.now_() + delay;
    }
    [[nodiscard]] bool under_way() const noexcept override {
      ++host.calls_.asked;
      return at != never;
    }

    FakeHost& host;
    vitals::detail::HostClient& client;
    vitals::SteadyTime at = never;
  };

  template <class T>
  static bool has(const std::vector<T*>& all, const T* one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  }

  int call_ready(std::chrono::milliseconds patience) {
    std::vector<Wait*> asked;
    std::vector<pollfd> states;
    for (auto* const wait : waits_) {
      if (wait->events == Wait::none) continue;
      asked.push_back(wait);
      states.push_back({.fd = wait->fd, .events = wait->events, .revents = 0});
    }
    if (::poll(states.data(), states.size(), static_cast<int>(patience.count())) <= 0) return 0;
    int ready = 0;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (states[i].revents == 0 || !has(waits_, asked[i])) continue;
      asked[i]->events = Wait::none;
      asked[i]->client.on_turn();
      ++ready;
    }
    return ready;
  }

  Now now_;
  vitals::detail::PostedTasks tasks_;
  std::vector<Wait*> waits_;
  std::vector<Timer*> timers_;
  HostCalls calls_;  // except for functions that any thread may call
  std::atomic<int> posted_ = 0;
  std::atomic<int> woken_ = 0;
};

}  // namespace vitals_test
