// Everything may be destroyed in any order, while checks run, complete late, or remove each other.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "support/probe.hpp"

namespace vitals::test {
namespace {

using namespace std::chrono_literals;

/// Opens the gate when the last copy is destroyed, and with it the callable that holds the copy.
std::shared_ptr<void> opens_at_its_end(std::shared_ptr<Gate> gate) {
  return {nullptr, [gate = std::move(gate)](void*) { gate->open(); }};
}

std::shared_ptr<Gate> open_gate() {
  auto gate = std::make_shared<Gate>();
  gate->open();
  return gate;
}

/// A service with every kind of part, each of which can be ended on its own.
class Parts {
 public:
  static constexpr std::size_t count = 6;

  explicit Parts(bool with_a_hanging_check = false) {
    add_checks();
    if (with_a_hanging_check) add_hanging_check();
    subscription_ = registry_->on_change([held = opens_at_its_end(listener_gone_)](const HealthEvent&) {});
    server_->start();
    running_->wait();
    started_->wait();
    pending_ = endpoint_->async_handle({.target = "/ready"}, [answers = answers_](const auto&) { answers->add(); });
  }

  void end(std::size_t part) {
    switch (part) {
      case 0: registry_.reset(); return;
      case 1: runner_.reset(); return;
      case 2: endpoint_.reset(); return;
      case 3: server_.reset(); return;
      case 4: scoped_.reset(); return;
      case 5: subscription_.reset(); return;
    }
  }
  void drop_pending() { pending_ = {}; }

  /// Call it after all parts have ended: completes what is pending, and waits until no callable is left.
  void complete_late() {
    std::vector<CheckCompletion> completions;
    {
      const std::lock_guard lock{*mutex_};
      completions.swap(*completions_);
    }
    for (const auto& done : completions) done(CheckResult::pass());
    completions.clear();
    finish_->open();
    check_gone_->wait();
    hanging_check_gone_->wait();
    listener_gone_->wait();
  }
  [[nodiscard]] int answers() const { return answers_->value(); }

 private:
  void add_checks() {
    scoped_ = registry_->add_readiness_check(
        "runs-until-it-is-told-to-stop",
        [running = running_, held = opens_at_its_end(check_gone_)](const CheckContext& context) {
          Gate stopped;
          const std::stop_callback on_stop{context.stop_token(), [&] { stopped.open(); }};
          running->open();
          stopped.wait();
        },
        {.timeout = 1h, .schedule = every(24h)});
    registry_->add_readiness_check(
        "completes-late",
        [completions = completions_, mutex = mutex_, started = started_](const CheckContext&, CheckCompletion done) {
          const std::lock_guard lock{*mutex};
          completions->push_back(std::move(done));
          started->open();
        },
        {.timeout = 1h, .schedule = every(24h)});
    registry_->add_liveness_check("quick", [] { return true; }, {.schedule = every(1ms)});
    const auto others = std::make_shared<std::array<CheckHandle, 2>>();
    const auto assigned = std::make_shared<Gate>();
    for (std::size_t self = 0; self < 2; ++self)
      (*others)[self] = registry_->add_readiness_check(self == 0 ? "removes-the-next" : "removes-the-first",
                                                       [handles = std::weak_ptr{others}, assigned, self] {
                                                         assigned->wait();
                                                         if (const auto all = handles.lock()) (*all)[1 - self].remove();
                                                       });
    others_ = others;
    assigned->open();
  }

  /// Ignores its stop token until complete_late().
  void add_hanging_check() {
    const auto hanging = std::make_shared<Gate>();
    hanging_check_gone_ = std::make_shared<Gate>();
    registry_->add_readiness_check("hangs", [hanging, finish = finish_, held = opens_at_its_end(hanging_check_gone_)] {
      hanging->open();
      finish->wait();
    });
    hanging->wait();
  }

  const std::shared_ptr<Gate> finish_ = std::make_shared<Gate>();
  std::shared_ptr<Gate> hanging_check_gone_ = open_gate();
  const std::shared_ptr<Gate> running_ = std::make_shared<Gate>();
  const std::shared_ptr<Gate> started_ = std::make_shared<Gate>();
  const std::shared_ptr<Gate> check_gone_ = std::make_shared<Gate>();
  const std::shared_ptr<Gate> listener_gone_ = std::make_shared<Gate>();
  const std::shared_ptr<Counter> answers_ = std::make_shared<Counter>();
  const std::shared_ptr<std::mutex> mutex_ = std::make_shared<std::mutex>();
  const std::shared_ptr<std::vector<CheckCompletion>> completions_ = std::make_shared<std::vector<CheckCompletion>>();
  std::shared_ptr<void> others_;

  std::optional<HealthRegistry> registry_{std::in_place};
  std::optional<Runner> runner_{std::in_place, *registry_, RunnerOptions{.log = [](std::string_view) {}}};
  std::optional<Endpoint> endpoint_{std::in_place, *registry_};
  std::optional<HealthServer> server_{
      std::in_place, *registry_,
      HealthServerOptions{.address = "127.0.0.1", .port = 0, .log = [](std::string_view) {}}};
  ScopedCheck scoped_;
  Subscription subscription_;
  PendingResponse pending_;
};

using Order = std::array<std::size_t, Parts::count>;

/// Drops what is pending before that step.
void end_in_order(Parts& parts, const Order& order, std::size_t drop_before) {
  for (std::size_t step = 0; step <= Parts::count; ++step) {
    if (step == drop_before) parts.drop_pending();
    if (step < Parts::count) parts.end(order[step]);
  }
  parts.complete_late();
}

TEST(OrdersTest, EveryOrderOfEndingIsSafe) {
  Order order{0, 1, 2, 3, 4, 5};
  std::size_t permutations = 0;

  do {
    Parts parts;
    end_in_order(parts, order, permutations++ % (Parts::count + 1));  // each position in turn
    ASSERT_LE(parts.answers(), 1);
  } while (std::next_permutation(order.begin(), order.end()));

  EXPECT_EQ(permutations, 720U);
}

// Each of these orders takes as long as the destructors may wait, so only a sample is tested, all at the same time:
// each part is the first to end in two of them.
TEST(OrdersTest, EndingIsSafeWhileACheckHangs) {
  constexpr int apart = 60;
  Order order{0, 1, 2, 3, 4, 5};
  std::vector<std::jthread> orders;
  int permutations = 0;

  do {
    if (permutations++ % apart != 0) continue;
    orders.emplace_back([order, drop_before = orders.size() % (Parts::count + 1)] {
      Parts parts{true};
      end_in_order(parts, order, drop_before);
      EXPECT_LE(parts.answers(), 1);
    });
  } while (std::next_permutation(order.begin(), order.end()));

  EXPECT_EQ(orders.size(), 12U);
}

// The bounds of destructors: a Runner, a registry and a subscription wait for at most 1 s each.
TEST(OrdersTest, NoOrderOfEndingWaitsForChecksThatDoNotStop) {
  constexpr auto longest = 10s;  // more than these bounds, for slow machines, but far from hanging
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::jthread> orders;
  const auto finish = std::make_shared<Gate>();

  for (int order = 0; order < 6; ++order)
    orders.emplace_back([finish, order] {
      std::optional<HealthRegistry> registry{std::in_place};
      std::optional<Runner> runner{std::in_place, *registry, RunnerOptions{.log = [](std::string_view) {}}};
      std::optional<HealthServer> server{
          std::in_place, *registry,
          HealthServerOptions{.address = "127.0.0.1", .port = 0, .log = [](std::string_view) {}}};
      server->start();
      const auto running = std::make_shared<Gate>();
      registry->add_readiness_check("stubborn", [finish, running] {
        running->open();
        finish->wait();
      });
      running->wait();
      const std::array<std::function<void()>, 3> ends{[&] { registry.reset(); }, [&] { runner.reset(); },
                                                      [&] { server.reset(); }};
      std::array<std::size_t, 3> turns{0, 1, 2};
      for (int skipped = 0; skipped < order; ++skipped) std::next_permutation(turns.begin(), turns.end());
      for (const auto turn : turns) ends[turn]();
    });
  orders.clear();

  EXPECT_LT(std::chrono::steady_clock::now() - begin, longest);
  finish->open();
}

}  // namespace
}  // namespace vitals::test
