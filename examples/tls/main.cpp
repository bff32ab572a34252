// The probes over TLS, and two checks that look at the certificate: the file that is served, and what clients see.

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <unistd.h>

#include <vitals/checks/certificate.hpp>
#include <vitals/checks/https.hpp>
#include <vitals/tls.hpp>
#include <vitals/vitals.hpp>

namespace {

/// A certificate that has signed itself, in place of one from your authority.
bool make_certificate(const std::string& folder) {
  std::filesystem::create_directories(folder);
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost"
      " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
      folder + "/tls.key -out " + folder + "/tls.crt 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

}  // namespace

int main() {
  using namespace std::chrono_literals;
  const std::string folder =
      std::filesystem::temp_directory_path() / ("vitals-example-tls-" + std::to_string(::getpid()));
  if (!make_certificate(folder)) {
    std::cout << "This example needs the program openssl.\n";
    return 0;
  }
  const std::string certificate = folder + "/tls.crt";

  vitals::HealthRegistry health;
  health.add_readiness_check("certificate", vitals::checks::Certificate{certificate}, {.critical = false});

  vitals::HealthServer server{health,
                              {.address = "127.0.0.1",
                               .port = 0,  // 8443 in production
                               .tls = vitals::tls({.certificate_file = certificate, .key_file = folder + "/tls.key"})}};
  server.start();  // throws std::system_error naming the file if they can't be used

  vitals::HealthRegistry another_service;
  another_service.add_readiness_check(
      "this-service",
      vitals::checks::Https{
          "https://localhost:" + std::to_string(server.port()) + "/ready", {}, {.ca_file = certificate}},
      {.timeout = 10s, .schedule = vitals::every(1min)});
  another_service.run_due();

  const auto seen = another_service.report("this-service");
  std::cout << "over TLS: " << seen.status << " " << seen.message << "\n"
            << "the certificate: " << health.report("certificate").message << "\n";
  std::filesystem::remove_all(folder);
  return seen.status == vitals::Status::pass ? 0 : 1;
}
