#include "integration/survival_subjects.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

#include <vitals/checks/http.hpp>
#include <vitals/checks/mysql.hpp>
#include <vitals/checks/postgres.hpp>
#include <vitals/checks/redis.hpp>
#include <vitals/checks/tcp.hpp>

#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"

namespace vitals_test {
namespace {

namespace fs = std::filesystem;
namespace checks = vitals::checks;

std::function<std::unique_ptr<RealService>()> program(const std::string& path, ProgramService::Arguments arguments) {
  return [=] { return std::make_unique<ProgramService>(path, arguments); };
}

SurvivalSubject memcached() {
  const auto* const path = "/usr/bin/memcached";
  return {.name = "Tcp",
          .program = path,
          .start = program(path, memcached_arguments),
          .check = [](const std::string& address) {
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
  const auto* const path = "/usr/sbin/haproxy";
  return {.name = "Http", .program = path, .start = program(path, arguments), .check = [](const std::string& address) {
            return checks::Http{"http://" + address + "/ready", {.body_contains = "ready"}};
          }};
}

SurvivalSubject redis() {
  const auto* const path = "/usr/bin/redis-server";
  return {.name = "Redis",
          .program = path,
          .start = program(path, redis_arguments),
          .check = [](const std::string& address) {
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
          .wrong_answer = "received invalid response",
          .kept = 1};
}

SurvivalSubject mariadb() {
  return {.name = "MySql",
          .program = MariaDbServer::program,
          .start = [] { return std::make_unique<MariaDbServer>(); },
          .check =
              [](const std::string& address) {
                return checks::MySql{std::string{"mysql://"} + MariaDbServer::credentials + address};
              }};
}

}  // namespace

std::vector<SurvivalSubject> survival_subjects() { return {memcached(), haproxy(), redis(), mariadb(), postgres()}; }

}  // namespace vitals_test
