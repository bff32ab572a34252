#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <vitals/handles.hpp>
#include <vitals/registry.hpp>
#include <vitals/runner.hpp>
#include <vitals/testing/run.hpp>

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr const char* check_name = "check";

/// Runs the check once. If that run overran, the check becomes due again: the second run never completes, so that the
/// first result stays the last.
class OneRun {
 public:
  explicit OneRun(std::shared_ptr<CheckBody> body) : body_{std::move(body)} {}

  void operator()(const CheckContext& context, CheckCompletion done) {
    if (std::exchange(begun_, true)) {
      second_ = std::move(done);
      return;
    }
    if (body_->asynchronous())
      body_->start(context, std::move(done));
    else
      done(body_->run(context));
  }

 private:
  std::shared_ptr<CheckBody> body_;
  bool begun_ = false;  // a check never runs concurrently with itself
  std::optional<CheckCompletion> second_;
};

/// The result of the registry's only check.
CheckResult only_result(const HealthRegistry& registry) {
  const auto report = registry.report(check_name);
  auto result = CheckResult::fail(report.message);
  switch (report.status) {
    case Status::pass: result = CheckResult::pass(report.message); break;
    case Status::warn: result = CheckResult::warn(report.message); break;
    case Status::fail: break;
  }
  for (const auto& [key, value] : report.data) result.with(key, value);
  return result;
}

}  // namespace

// Uses a registry, so that timeouts and exceptions count as they do in one.
CheckResult run_once(std::shared_ptr<CheckBody> body, Duration timeout) {
  if (!body) throw std::invalid_argument{"vitals: test::run: the check must not be empty"};
  HealthRegistry registry;
  registry.add_readiness_check(check_name, OneRun{std::move(body)},
                               {.timeout = timeout, .schedule = every(std::chrono::hours{24})});
  const auto first_result = std::make_shared<std::promise<void>>();
  const auto has_result = first_result->get_future();
  const auto subscription = registry.on_change([first_result, done = false](const HealthEvent& event) mutable {
    if (event.check == check_name && !std::exchange(done, true)) first_result->set_value();
  });
  const Runner runner{registry};
  has_result.wait();
  return only_result(registry);
}

}  // namespace detail
}  // namespace vitals::inline v1
