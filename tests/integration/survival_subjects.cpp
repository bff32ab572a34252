#include "integration/survival_subjects.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include <vitals/checks/http.hpp>
#include <vitals/checks/postgres.hpp>
#include <vitals/checks/redis.hpp>
#include <vitals/checks/tcp.hpp>

#include "support/postgres_server.hpp"

namespace vitals_test {
namespace {

namespace fs = std::filesystem;
namespace checks = vitals::checks;

SurvivalSubject memcached() {
  return {.name = "Tcp",
          .program = "/usr/bin/memcached",
          .start =
              [] {
                return std::make_unique<ProgramService>("/usr/bin/memcached", [](const auto& port, const fs::path&) {
                  return std::vector<std::string>{"-l", "127.0.0.1", "-p", port, "-U", "0", "-u", "root"};
                });
              },
          .check =
              [](const std::string& address) {
                return checks::Tcp{address, {.send = "version\r\n", .expect = "VERSION"}};
              }};
}

SurvivalSubject haproxy() {
  const auto arguments = [](const std::string& port, const fs::path& folder) {
    const auto file = (folder / "haproxy.cfg").string();
    std::ofstream{file} << "defaults\n  mode http\n  timeout client 30s\nfrontend ready\n  bind 127.0.0.1:" << port
                        << "\n  http-request return status 200 content-type text/plain string ready\n";
    return std::vector<std::string>{"-db", "-f", file};
  };
  return {.name = "Http",
          .program = "/usr/sbin/haproxy",
          .start = [=] { return std::make_unique<ProgramService>("/usr/sbin/haproxy", arguments); },
          .check =
              [](const std::string& address) {
                return checks::Http{"http://" + address + "/ready", {.body_contains = "ready"}};
              }};
}

SurvivalSubject redis() {
  const auto arguments = [](const std::string& port, const fs::path&) {
    return std::vector<std::string>{"--port", port, "--bind",       "127.0.0.1", "--requirepass", "s3cr3t",
                                    "--save", "",   "--appendonly", "no",        "--daemonize",   "no"};
  };
  return {.name = "Redis",
          .program = "/usr/bin/redis-server",
          .start = [=] { return std::make_unique<ProgramService>("/usr/bin/redis-server", arguments); },
          .check =
              [](const std::string& address) {
                return checks::Redis{"redis://:s3cr3t@" + address, {.role = checks::RedisRole::primary}};
              }};
}

class PostgresService : public RealService {
 public:
  [[nodiscard]] std::uint16_t port() const override { return server_.port(); }
  void start() override { server_.start(); }
  void stop() override { server_.stop(); }
  void freeze() override { server_.freeze(); }
  void thaw() override { server_.thaw(); }

 private:
  PostgresServer server_;
};

SurvivalSubject postgres() {
  return {.name = "Postgres",
          .program = PostgresServer::available() ? "/" : "PostgreSQL",
          .start = [] { return std::make_unique<PostgresService>(); },
          .check =
              [](const std::string& address) {
                return checks::Postgres{"postgresql://app:" + PostgresServer::password() + '@' + address + "/postgres"};
              },
          .kept = 1};
}

}  // namespace

std::vector<SurvivalSubject> survival_subjects() { return {memcached(), haproxy(), redis(), postgres()}; }

}  // namespace vitals_test
