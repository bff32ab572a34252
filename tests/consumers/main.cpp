// A minimal user of vitals: one check, one server, one request over a plain socket.

#include <iostream>

#include <vitals/vitals.hpp>

#include "ask.hpp"

#if __has_include(<vitals_private_folder.hpp>)
#error "an include folder that only vitals itself needs is visible to its consumer"
#endif

int main() {
  vitals::HealthRegistry health;
  health.add_readiness_check("self", [] { return true; });
  vitals::HealthServer server{health, {.port = 0}};
  server.start();

  const auto answer = ask(server.port(), "/ready");

  if (answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nOK")) return 0;
  std::cerr << "not the expected answer:\n" << answer << '\n';
  return 1;
}
