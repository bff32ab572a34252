#include "benchmarks/paced_load.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace vitals_test {
namespace {

using std::chrono::steady_clock;

class Load {
 public:
  /// Sends one request on each connection.
  Load(const Question& question, int connections) : bytes_{question.bytes()} {
    for (int i = 0; i < connections; ++i) {
      open_.emplace_back(question.where, std::chrono::seconds{30});
      auto& connection = open_.back();
      connection.send(bytes_);
      if (connection.receive() != 200) throw std::runtime_error{"the answer wasn't a 200"};
      idle_.push_back(static_cast<std::size_t>(i));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<std::uint64_t>(i)}};
      if (epoll_ctl(set_, EPOLL_CTL_ADD, connection.descriptor(), &event) != 0)
        throw std::system_error{errno, std::system_category(), "epoll_ctl"};
    }
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { close(set_); }

  [[nodiscard]] bool has_idle() const noexcept { return !idle_.empty(); }
  [[nodiscard]] bool awaits_answers() const noexcept { return idle_.size() < open_.size(); }
  void ask() {
    const auto at = idle_.front();
    idle_.pop_front();
    open_[at].send(bytes_);
  }
  /// @returns The number of complete answers.
  int take_answers() {
    std::array<epoll_event, 64> events;
    const int ready = epoll_wait(set_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < ready; ++i) {
      const auto at = static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64);
      if (open_[at].receive() != 200) throw std::runtime_error{"the answer wasn't a 200"};
      idle_.push_back(at);
    }
    return ready;
  }

 private:
  std::string bytes_;
  int set_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> open_;
  std::deque<std::size_t> idle_;  ///< Longest idle first, so that all are used.
};

/// Random moments for requests, at a given average rate.
class Moments {
 public:
  explicit Moments(int per_second) : gap_{per_second > 0 ? per_second : 1.0}, at_once_{per_second == 0} {}

  /// Returns true once for each moment.
  [[nodiscard]] bool has_come(steady_clock::time_point now) {
    if (at_once_) return true;
    if (now < due_) return false;
    // Requests that are too late are skipped: they would come as a burst.
    if (now - due_ > most_late) due_ = now;
    due_ += std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>{gap_(random_)});
    return true;
  }

 private:
  static constexpr std::chrono::microseconds most_late{100};

  std::minstd_rand random_{1};  // the same moments in each run
  std::exponential_distribution<double> gap_;
  bool at_once_;
  steady_clock::time_point due_ = steady_clock::now();
};

/// How long this thread has waited for a CPU, in ns.
long long delayed() {
  std::ifstream file{"/proc/self/schedstat"};
  long long ran = 0;
  long long waited = 0;
  file >> ran >> waited;
  return waited;
}

}  // namespace

void pace(const Question& question, int connections, int per_second, std::chrono::milliseconds duration) {
  Load load{question, connections};
  Moments moments{per_second};
  int answers = connections;
  const auto delayed_before = delayed();
  const auto begin = steady_clock::now();
  for (auto now = begin; now - begin < duration; now = steady_clock::now()) {
    if (load.has_idle() && moments.has_come(now))
      load.ask();
    else
      answers += load.take_answers();
  }
  while (load.awaits_answers()) answers += load.take_answers();
  const std::chrono::nanoseconds took = steady_clock::now() - begin;
  std::printf("%d %lld %lld\n", answers, static_cast<long long>(took.count()), delayed() - delayed_before);
}

}  // namespace vitals_test
