// The service whose page the tests look at. They say on standard input what its checks report.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <vitals/page.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace std::chrono_literals;

/// What the checks report.
class Results {
 public:
  void set(const std::string& name, vitals::CheckResult result) {
    const std::lock_guard lock{mutex_};
    results_.insert_or_assign(name, std::move(result));
  }
  [[nodiscard]] vitals::CheckResult of(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    const auto found = results_.find(name);
    return found == results_.end() ? vitals::CheckResult::pass() : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, vitals::CheckResult> results_;
};

vitals::CheckResult result_of(std::string_view status, const std::string& message) {
  if (status == "fail") return vitals::CheckResult::fail(message);
  if (status == "warn") return vitals::CheckResult::warn(message);
  return vitals::CheckResult::pass();
}

vitals::ServiceInfo notes() {
  return {.name = "notes",
          .version = "1.4.2",
          .release_id = "9f3c2e1",
          .description = "Keeps notes.",
          .links = {{"runbook", "https://wiki.example/notes?a=1&b=2"}, {"dashboard", "https://graphs.example/notes"}}};
}

vitals::ServiceInfo hostile() {
  const std::string text = "</style></title><script>window.owned=1</script><img src=x onerror=window.owned=1>\"'&";
  return {.name = text,
          .version = text,
          .release_id = text,
          .description = text,
          .links = {{text, "https://wiki.example/" + text}, {"bad", "javascript:window.owned=1"}}};
}

class Service {
 public:
  /// @param sees   What callers may see: "details", "names" or "counts".
  /// @param still  Whether each check runs once only, with results that aren't all good.
  Service(vitals::ServiceInfo info, std::string_view sees, bool still, std::uint16_t port)
      : schedule_{still ? vitals::on_demand(1h) : vitals::every(20ms)}, health_{{.service = std::move(info)}} {
    options_.address = "127.0.0.1";
    options_.port = port;
    options_.endpoint.names = sees == "counts" ? vitals::Callers::nobody : vitals::Callers::anyone;
    options_.endpoint.details = sees == "details" ? vitals::Callers::anyone : vitals::Callers::nobody;
    options_.endpoint.routes.add(vitals::page());
    if (still) {
      results_.set("database", vitals::CheckResult::fail("connection refused by <db-1>")
                                   .with("third", 1.0 / 3)
                                   .with("whole", 2.0)
                                   .with("up", true)
                                   .with("primary", "<db-1>"));
      results_.set("cache", vitals::CheckResult::warn("slow"));
    }
    health_.add_liveness_check("event-loop", beat_);
    add("database", vitals::Probe::readiness, {.schedule = schedule_, .failure_threshold = 3, .stale_after = 24h});
    add("cache", vitals::Probe::readiness, {.schedule = schedule_, .critical = false, .stale_after = 24h});
    add("queue", vitals::Probe::readiness, {.schedule = schedule_, .stale_after = 24h});
    add("search", vitals::Probe::readiness, {.schedule = schedule_, .stale_after = 24h});
    add("migration", vitals::Probe::startup, {.schedule = schedule_, .stale_after = 24h});
  }

  /// Returns once each check has run, so that what is said afterwards is a transition.
  void start() {
    server_.emplace(health_, options_);
    server_->start();
    for (const auto* name : {"database", "cache", "queue", "search", "migration"})
      while (health_.report(name).results == 0) std::this_thread::sleep_for(1ms);
    options_.port = server_->port();  // the same after a restart
  }
  void stop() { server_.reset(); }
  /// A check whose name and state are as long as may be.
  void add_long() {
    health_.add_readiness_check(std::string(64, 'n'),
                                [this](const vitals::CheckContext&, vitals::CheckCompletion done) { pending_ = done; },
                                {.timeout = 1h, .schedule = vitals::every(24h), .critical = false});
  }
  void add_some(int count) {
    for (int i = 0; i < count; ++i) health_.add_readiness_check("partition-" + std::to_string(i), flag_);
  }
  /// Obeys a command: "start", "stop", "add COUNT", "long" or "CHECK pass|warn|fail [MESSAGE]".
  void obey(const std::string& line) {
    std::istringstream words{line};
    std::string first;
    std::string second;
    std::string message;
    words >> first >> second >> std::ws;
    std::getline(words, message);
    if (first == "start") return start();
    if (first == "stop") return stop();
    if (first == "long") return add_long();
    if (first == "add") return add_some(std::stoi(second));
    auto result = result_of(second, message);
    if (first == "database") result.with("connections", 7).with("primary", "db-1");
    results_.set(first, std::move(result));
  }
  [[nodiscard]] std::uint16_t port() const { return options_.port; }

 private:
  void add(const std::string& name, vitals::Probe probe, const vitals::CheckOptions& options) {
    const auto check = [this, name] { return results_.of(name); };
    if (probe == vitals::Probe::startup)
      health_.add_startup_check(name, check, options);
    else
      health_.add_readiness_check(name, check, options);
  }

  vitals::Schedule schedule_;
  Results results_;
  vitals::Heartbeat beat_{24h};
  std::optional<vitals::CheckCompletion> pending_;
  vitals::PushedCheck flag_{vitals::CheckResult::pass()};
  vitals::HealthRegistry health_;
  vitals::HealthServerOptions options_;
  std::optional<vitals::HealthServer> server_;
};

}  // namespace

/// page_service (details|names|counts) PORT [still] [hostile] [new]
int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments{argv + 1, argv + argc};
  const auto has = [&](std::string_view word) {
    return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
  };
  auto info = has("hostile") ? hostile() : notes();
  if (has("new")) info.version = "1.4.3";
  Service service{std::move(info), arguments.at(0), has("still"),
                  static_cast<std::uint16_t>(std::stoi(std::string{arguments.at(1)}))};
  service.start();
  std::cout << "http://127.0.0.1:" << service.port() << "/health" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    service.obey(line);
    std::cout << "done" << std::endl;
  }
}
