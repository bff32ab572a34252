// The line of each ready-made check, as README.md shows it. Registering connects nowhere: no server is needed.

#include <chrono>
#include <optional>
#include <string>

#include <vitals/checks/descriptors.hpp>
#include <vitals/checks/disk_space.hpp>
#include <vitals/checks/fresh_file.hpp>
#include <vitals/checks/http.hpp>
#include <vitals/checks/memory.hpp>
#include <vitals/checks/mysql.hpp>
#include <vitals/checks/postgres.hpp>
#include <vitals/checks/redis.hpp>
#include <vitals/checks/sqlite.hpp>
#include <vitals/checks/tcp.hpp>
#include <vitals/checks/unix_socket.hpp>
#include <vitals/vitals.hpp>

#include "../ask.hpp"

using namespace std::chrono_literals;
using namespace vitals::literals;
namespace checks = vitals::checks;

namespace {

template <class... Checks>
constexpr bool may_be_liveness = !(vitals::is_remote_check<Checks>::value || ...);
template <class... Checks>
constexpr bool are_remote = (vitals::is_remote_check<Checks>::value && ...);

static_assert(
    may_be_liveness<checks::DiskSpace, checks::FreshFile, checks::Descriptors, checks::Memory, checks::Sqlite>);
static_assert(
    are_remote<checks::Tcp, checks::UnixSocket, checks::Http, checks::Redis, checks::MySql, checks::Postgres>);

void add_local(vitals::HealthRegistry& health) {
  health.add_readiness_check("disk", checks::DiskSpace{"/data", {.warn_below = 10_GiB, .fail_below = 2_percent}});
  health.add_readiness_check("import", checks::FreshFile{"/var/lib/notes/imported", 26h});
  health.add_readiness_check("descriptors", checks::Descriptors{});  // 80 % and 95 %
  health.add_readiness_check("memory", checks::Memory{{.warn_at = 80_percent, .fail_at = std::nullopt}});
  health.add_readiness_check("notes", checks::Sqlite{"notes.db", {.expect_writable = true}});
}

void add_remote(vitals::HealthRegistry& health) {
  health.add_readiness_check("mail", checks::Tcp{"mail:25", {.expect = "220"}});
  health.add_readiness_check("php", checks::UnixSocket{"/run/php-fpm.sock"});
  health.add_readiness_check("auth",
                             checks::Http{"http://auth:8080/healthz", {.statuses = {200}, .body_contains = "OK"}});
  health.add_readiness_check("redis", checks::Redis{"redis://cache", {.role = checks::RedisRole::primary}});
  health.add_readiness_check("postgres", checks::Postgres{"postgresql://app@db1,db2/app", {.expect_primary = true}});
  health.add_readiness_check("mysql", checks::MySql{"mysql://app:secret@db/app", {.expect_primary = true}});
}

/// Servers that Tcp can ask.
void add_tcp(vitals::HealthRegistry& health) {
  const std::string amqp{"AMQP\0\0\x09\x01", 8};          // "I speak 0-9-1"
  const std::string connection_start{"\x01\x00\x00", 3};  // a method's frame, on channel 0
  health.add_readiness_check("rabbitmq", checks::Tcp{"rabbit:5672", {.send = amqp, .expect = connection_start}});
  health.add_readiness_check("memcached", checks::Tcp{"cache:11211", {.send = "version\r\n", .expect = "VERSION"}});
  health.add_readiness_check("zookeeper", checks::Tcp{"zk:2181", {.send = "srvr", .expect = "Zookeeper version"}});
  health.add_readiness_check("nats", checks::Tcp{"nats:4222", {.expect = "INFO"}});
  health.add_readiness_check("imap", checks::Tcp{"mail:143", {.expect = "* OK"}});
}

}  // namespace

int main() {
  vitals::HealthRegistry health;
  add_local(health);
  add_remote(health);
  add_tcp(health);
  expect(health.report(vitals::Probe::readiness).checks().size() >= 16, "each line registers a check");
}
