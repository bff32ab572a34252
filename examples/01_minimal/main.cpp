// The smallest program: a registry, one check, a server.

#include <vitals/vitals.hpp>

#include "../ask.hpp"

namespace {

struct Database {
  bool answers = true;
  [[nodiscard]] bool ping() const { return answers; }
};

}  // namespace

int main() {
  const Database db;

  vitals::HealthRegistry health;
  health.add_readiness_check("database", [&] { return db.ping(); });

  vitals::HealthServer server{health, {.port = 0}};  // 8080 in a service; 0 picks a free port
  server.start();  // throws std::system_error naming address and port if it can't bind

  expect(ask(server.port(), "/healthz").status == 200, "the process is alive");
  expect(ask(server.port(), "/ready").status == 200, "it is ready, since its database answers");
  std::cout << ask(server.port(), "/ready?verbose").body << '\n';
}
