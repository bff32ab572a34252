// Other formats on the health port: Spring Boot's, by renderers of this program, and that of the Kubernetes API server.

#include <string>

#include <nlohmann/json.hpp>

#include <vitals/kubernetes_text.hpp>
#include <vitals/rendered.hpp>
#include <vitals/vitals.hpp>

#include "../ask.hpp"

namespace {

using nlohmann::json;
using vitals::HealthView;
using vitals::Probe;
using vitals::Status;

/// Spring's words: https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.health
std::string word(const HealthView& view, Status status) {
  if (status != Status::fail) return "UP";
  return view.phase() == "draining" ? "OUT_OF_SERVICE" : "DOWN";
}

/// The view has no names and no messages that the caller may not see: nothing needs to be withheld here.
json components(const HealthView& view, Probe probe) {
  json all = json::object();
  for (const auto& check : view.report(probe).checks()) {
    auto& component = all[check.name];
    component["status"] = check.status == Status::fail ? "DOWN" : "UP";
    if (!check.message.empty()) component["details"]["message"] = check.message;
  }
  return all;
}

vitals::Rendered as_json(const json& body) {
  return {.media_type = "application/vnd.spring-boot.actuator.v3+json",
          .body = body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

vitals::HttpRoute spring_group(const std::string& path, Probe probe) {
  return vitals::rendered(path, probe, [probe](const HealthView& view) {
    json body{{"status", word(view, view.status())}};
    if (auto all = components(view, probe); !all.empty()) body["components"] = std::move(all);
    return as_json(body);
  });
}

vitals::HttpRoute spring_root(const std::string& path) {
  return vitals::rendered(path, [](const HealthView& view) {
    json body{{"groups", {"liveness", "readiness"}}, {"status", word(view, view.status())}};
    auto all = components(view, Probe::readiness);
    all.update(components(view, Probe::liveness));
    if (!all.empty()) body["components"] = std::move(all);
    return as_json(body);
  });
}

}  // namespace

int main() {
  vitals::PushedCheck database{true};
  vitals::HealthRegistry health;
  health.add_readiness_check("db", database);

  vitals::HealthServer server{health,
                              {.address = "127.0.0.1",
                               .port = 0,
                               .endpoint = {.readiness_paths = {"/ready"},  // /readyz gets the Kubernetes dialect
                                            .details = vitals::Callers::on_loopback,
                                            .routes = {spring_root("/actuator/health"),
                                                       spring_group("/actuator/health/liveness", Probe::liveness),
                                                       spring_group("/actuator/health/readiness", Probe::readiness),
                                                       vitals::kubernetes_text("/readyz", Probe::readiness)}}}};
  server.start();

  expect(ask(server.port(), "/actuator/health").body ==
             R"({"components":{"db":{"status":"UP"}},"groups":["liveness","readiness"],"status":"UP"})",
         "Spring's root names groups and components");
  expect(ask(server.port(), "/readyz?verbose").body == "[+]db ok\nreadyz check passed\n", "Kubernetes has lines");

  database.set(vitals::CheckResult::fail("connection refused"));
  const auto down = ask(server.port(), "/actuator/health/readiness");
  expect(down.status == 503, "DOWN is 503");
  expect(down.body == R"({"components":{"db":{"details":{"message":"connection refused"},"status":"DOWN"}},)"
                      R"("status":"DOWN"})",
         "a caller on this machine sees why");

  health.begin_shutdown("SIGTERM");
  expect(ask(server.port(), "/actuator/health/liveness").body == R"({"status":"UP"})", "liveness stays UP");
}
