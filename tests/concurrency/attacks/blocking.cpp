// A check and a listener that block each other, a listener that blocks for good, and a blocked application.

#include <array>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "scenarios.hpp"
#include "watch.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::every;
using vitals::Probe;

/// A pipe that is never read.
class UnreadPipe {
 public:
  UnreadPipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error{"can't make a pipe"};
  }
  UnreadPipe(const UnreadPipe&) = delete;
  UnreadPipe& operator=(const UnreadPipe&) = delete;
  ~UnreadPipe() { close(ends_[1]); }

  /// Blocks once the pipe is full. Returns false after end().
  [[nodiscard]] bool write(const std::string& text) const {
    return ::write(ends_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  /// Ends the writes that are blocked.
  void end() const { close(ends_[0]); }

 private:
  std::array<int, 2> ends_ = {};
};

/// An application's own event loop.
class EventLoop {
 public:
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  EventLoop() = default;
  ~EventLoop() {
    io_.stop();
    thread_.join();
  }

  void post(std::function<void()> task) { boost::asio::post(io_, std::move(task)); }
  /// Fails if the loop doesn't run the task before the run's deadline.
  void check(const vitals::CheckContext& context) {
    const auto came = std::make_shared<std::promise<void>>();
    auto future = came->get_future();
    post([came] { came->set_value(); });
    if (future.wait_for(context.remaining()) != std::future_status::ready) throw std::runtime_error{"blocked"};
  }

 private:
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_{[this] { io_.run(); }};
};

// A check whose status changes from run to run, so that listeners get events.
Watch::Check restless(const Watch& watch) {
  return watch.over([fails = std::make_shared<std::atomic<bool>>(false)](const auto&) {
    if (fails->exchange(!fails->load())) throw std::runtime_error{"restless"};
  });
}

}  // namespace

void a_check_holds_the_mutex_of_a_listener(Attack& attack) {
  const HoldUp hang;
  const Watch watch;
  std::mutex mutex;
  std::atomic<bool> listening = false;
  Service service;
  service.health.add_liveness_check("alive", watch.over([](const auto&) {}), well());
  service.health.add_readiness_check("restless", restless(watch), {.schedule = every(10ms), .critical = false});
  service.health.add_readiness_check("holds-the-mutex", watch.over([&, hang](const auto&) {
    const std::lock_guard lock{mutex};
    hang.wait();
  }));
  const auto subscription = service.health.on_change([&](const vitals::HealthEvent&) {
    listening = true;
    const std::lock_guard lock{mutex};
  });

  attack.probe(service);

  attack.expect(listening, "the listener waits for the mutex");
  attack.expect(service.health.report(Probe::liveness).status() == vitals::Status::pass, "liveness is as it was");
  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  hang.release();
  attack.expect_recovery(service, "/ready");
}

void a_listener_writes_to_a_full_pipe(Attack& attack) {
  const UnreadPipe pipe;
  const Watch watch;
  std::atomic<int> heard = 0;
  std::atomic<bool> blocked = false;
  Service service;
  service.health.add_liveness_check("alive", watch.over([](const auto&) {}), well());
  service.health.add_readiness_check("restless", restless(watch), {.schedule = every(5ms), .critical = false});
  const auto writer = service.health.on_change([&](const vitals::HealthEvent& event) {
    blocked = true;
    for (bool written = true; written;) written = pipe.write(event.check + std::string(4096, '.') + '\n');
    blocked = false;
  });
  const auto other = service.health.on_change([&](const vitals::HealthEvent&) { ++heard; });

  const auto answers = attack.probe(service);

  attack.expect(answers.all_good("liveness"), "every answer to liveness was a 200");
  attack.expect(blocked, "the listener is blocked");
  attack.expect(service.health.report(Probe::liveness).status() == vitals::Status::pass, "liveness is as it was");
  attack.expect(service.endpoint.handle({.target = "/ready"}).value().status == 200, "readiness is as it was");
  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  const int before = heard;
  pipe.end();
  attack.expect_soon("the other listener hears of what it missed", [&] { return heard > before; });
}

void the_io_context_is_blocked(Attack& attack) {
  const HoldUp hang;
  const Watch watch;
  EventLoop loop;
  Service service;
  service.health.add_liveness_check("alive", watch.over([](const auto&) {}), well());
  service.health.add_readiness_check("event-loop", watch.over([&](const auto& context) { loop.check(context); }));
  loop.post([hang] { hang.wait(); });

  const auto answers = attack.probe(service);

  attack.expect(answers.all_good("liveness"), "every answer to liveness was a 200");
  attack.expect(service.endpoint.handle({.target = "/ready"}).value().status == 503, "readiness has failed");
  attack.expect(service.health.report(Probe::liveness).status() == vitals::Status::pass, "liveness is as it was");
  attack.expect(watch.overlaps() == 0, "no check ran beside itself");
  hang.release();
  attack.expect_recovery(service, "/ready");
}

}  // namespace vitals_test
