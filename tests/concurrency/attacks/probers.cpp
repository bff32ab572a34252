#include "probers.hpp"

#include <array>
#include <string_view>

#include "support/http_client.hpp"

namespace vitals_test {
namespace {

using std::chrono::steady_clock;

struct Target {
  std::string_view name;
  std::string_view path;
  std::string_view accept = "*/*";
};

constexpr std::array targets{Target{"liveness", "/healthz"}, Target{"readiness", "/ready"},
                             Target{"startup", "/startup"}};
constexpr Target everything{"health", "/health?verbose", "application/health+json"};
// Among the probes there is a dashboard, which requests all checks.
constexpr std::size_t probes_per_dashboard = 50;
constexpr std::chrono::milliseconds dashboard_pace{1000};

int ask_endpoint(const vitals::Endpoint& endpoint, const Target& target) {
  return endpoint.handle({.target = target.path, .accept = target.accept}).value().status;
}

// Opens a connection per request, as the kubelet does.
int ask_server(const vitals::HealthServer& server, const Target& target) {
  HttpClient client{server.port()};
  client.send("GET " + std::string{target.path} + " HTTP/1.1\r\nHost: localhost\r\nAccept: " +
              std::string{target.accept} + "\r\nConnection: close\r\n\r\n");
  return client.read_response().status;
}

}  // namespace

Probers::Probers(const Service& service, const Probing& probing) : pace_{probing.pace} {
  const auto count = static_cast<std::size_t>(probing.probers);
  probers_.reserve(count);
  for (std::size_t number = 0; number < count; ++number) add(service, number);
  for (std::size_t number = 0; number < count; ++number) {
    auto& prober = probers_[number];
    const auto pace = std::chrono::nanoseconds{prober.route.starts_with(everything.name) ? dashboard_pace : pace_};
    prober.thread = std::thread{[this, &prober, phase = pace * number / count] { run(prober, phase); }};
  }
}

void Probers::add(const Service& service, std::size_t number) {
  const bool dashboard = number % probes_per_dashboard < 2 && pace_.count() > 0;
  const auto target = dashboard ? everything : targets[number / 2 % targets.size()];
  // Without a pace, TCP connections would use up the machine's ports, and that would be measured.
  if (number % 2 == 0 || pace_.count() == 0)
    probers_.push_back({std::string{target.name} + " handle()",
                        [&service, target] { return ask_endpoint(service.endpoint, target); }});
  else
    probers_.push_back(
        {std::string{target.name} + " HTTP", [&service, target] { return ask_server(service.server, target); }});
}

void Probers::run(Prober& prober, std::chrono::nanoseconds phase) {
  const auto pace = prober.route.starts_with(everything.name) ? dashboard_pace : pace_;
  auto next = steady_clock::now() + phase;
  while (!over_) {
    std::this_thread::sleep_until(next);
    const auto expired = control_.ask();
    const auto asked = steady_clock::now();
    const int status = prober.ask();
    const auto answered = steady_clock::now();
    prober.latencies.add(answered - asked, status, *expired);
    next = std::max(next + pace, answered);
  }
}

void Probers::stop() {
  over_ = true;
  for (auto& prober : probers_) prober.thread.join();
}

std::map<std::string, Latencies> Probers::latencies() const {
  std::map<std::string, Latencies> all;
  for (const auto& prober : probers_) all[prober.route].add(prober.latencies);
  return all;
}

}  // namespace vitals_test
