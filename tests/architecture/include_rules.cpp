#include "architecture/include_rules.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace vitals_test {
namespace {

/// What a header belongs to. "Internals" are the headers in src/, the others are public.
enum class Origin {
  standard,
  posix,
  boost,
  nlohmann,
  gmock,
  libpq,
  mariadb,
  prometheus,
  sqlite,
  grpcpp,
  openssl,
  core,
  http,
  server,
  lifecycle,
  checks,
  testing,
  asio,
  page,
  probe,
  systemd,
  grpc,
  tls,
  core_internals,
  http_internals,
  server_internals,
  lifecycle_internals,
  checks_internals,
  testing_internals,
  asio_internals,
  page_internals,
  probe_internals,
  systemd_internals,
  grpc_internals,
  tls_internals,
  elsewhere,
};

struct KnownInclude {
  std::string_view prefix;
  Origin origin;
};

// The first match counts.
constexpr std::array known_includes{
    KnownInclude{"boost/", Origin::boost},
    KnownInclude{"nlohmann/", Origin::nlohmann},
    KnownInclude{"gmock/", Origin::gmock},
    KnownInclude{"libpq", Origin::libpq},
    KnownInclude{"mysql", Origin::mariadb},
    KnownInclude{"errmsg.h", Origin::mariadb},
    KnownInclude{"prometheus/", Origin::prometheus},
    KnownInclude{"sqlite3", Origin::sqlite},
    KnownInclude{"vitals/vitals.hpp", Origin::elsewhere},
    KnownInclude{"vitals/asio", Origin::asio},
    KnownInclude{"vitals/beast.hpp", Origin::elsewhere},
    KnownInclude{"vitals/json.hpp", Origin::elsewhere},
    KnownInclude{"vitals/http_", Origin::http},
    KnownInclude{"vitals/kubernetes_text.hpp", Origin::http},
    KnownInclude{"vitals/rendered.hpp", Origin::http},
    KnownInclude{"vitals/prometheus.hpp", Origin::elsewhere},
    KnownInclude{"vitals/page.hpp", Origin::page},
    KnownInclude{"vitals/probe_main.hpp", Origin::probe},
    KnownInclude{"vitals/systemd.hpp", Origin::systemd},
    KnownInclude{"vitals/grpc.hpp", Origin::grpc},
    KnownInclude{"vitals/tls.hpp", Origin::tls},
    KnownInclude{"vitals/endpoint.hpp", Origin::http},
    KnownInclude{"vitals/metric", Origin::http},
    KnownInclude{"vitals/server.hpp", Origin::server},
    KnownInclude{"vitals/lifecycle.hpp", Origin::lifecycle},
    KnownInclude{"vitals/checks/", Origin::checks},
    KnownInclude{"vitals/testing", Origin::testing},
    KnownInclude{"vitals/", Origin::core},
    KnownInclude{"core/", Origin::core_internals},
    KnownInclude{"http/", Origin::http_internals},
    KnownInclude{"server/", Origin::server_internals},
    KnownInclude{"lifecycle/", Origin::lifecycle_internals},
    KnownInclude{"checks/", Origin::checks_internals},
    KnownInclude{"testing/", Origin::testing_internals},
    KnownInclude{"asio/", Origin::asio_internals},
    KnownInclude{"page/", Origin::page_internals},
    KnownInclude{"probe/", Origin::probe_internals},
    KnownInclude{"systemd/", Origin::systemd_internals},
    KnownInclude{"grpcpp/", Origin::grpcpp},
    KnownInclude{"grpc/", Origin::grpc_internals},
    KnownInclude{"openssl/", Origin::openssl},
    KnownInclude{"tls/", Origin::tls_internals},
};

Origin origin_of(std::string_view included) {
  for (const auto& known : known_includes)
    if (included.starts_with(known.prefix)) return known.origin;
  if (included.ends_with(".h")) return Origin::posix;
  if (std::ranges::all_of(included,
                          [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }))
    return Origin::standard;
  return Origin::elsewhere;
}

struct Room {
  std::string_view prefix;
  std::vector<Origin> may_include;
};

// The rooms of src/README.md. The first match counts, so exceptions come before the room that they are in.
const std::vector<Room>& rooms() {
  using enum Origin;
  static const std::vector<Room> all{
      {"include/vitals/vitals.hpp", {standard, core, http, server, lifecycle}},
      {"include/vitals/server.hpp", {standard, core, http, server}},
      {"include/vitals/endpoint.hpp", {standard, core, http}},
      {"include/vitals/http_", {standard, core, http}},
      {"include/vitals/kubernetes_text.hpp", {standard, core, http}},
      {"include/vitals/rendered.hpp", {standard, core, http}},
      {"include/vitals/metric", {standard, core, http}},
      {"include/vitals/tls.hpp", {standard, core, server}},
      {"include/vitals/asio", {standard, core, http, server, asio, boost}},
      {"include/vitals/page.hpp", {standard, core, http}},
      {"include/vitals/beast.hpp", {standard, core, http, boost}},
      {"include/vitals/json.hpp", {standard, core, nlohmann}},
      {"include/vitals/prometheus.hpp", {standard, core, http, prometheus}},
      {"include/vitals/checks/", {standard, core, checks}},
      {"include/vitals/testing_gmock.hpp", {standard, core, gmock}},
      {"include/vitals/testing/manual_clock.hpp", {standard, core}},
      {"include/vitals/testing", {standard, core, http, server, testing}},
      {"include/vitals/", {standard, core}},
      {"src/core/base/process_owner.cpp", {standard, posix, core, core_internals}},
      {"src/core/base/cancellation.cpp", {standard, posix, core, core_internals}},
      {"src/core/base/user_code.hpp", {standard, posix, core, core_internals}},  // <cxxabi.h>
      {"src/core/base/own_descriptor.cpp", {standard, posix, core, core_internals}},
      {"src/core/base/system_call_name.cpp", {standard, posix, core, core_internals}},
      {"src/core/base/thread_files.cpp", {standard, posix, core, core_internals}},
      {"src/core/", {standard, core, core_internals}},
      {"src/http/json", {standard, core, http, core_internals, http_internals, nlohmann}},
      {"src/http/", {standard, core, http, core_internals, http_internals}},
      {"src/server/asio_host.hpp", {standard, boost, core, server_internals}},
      {"src/server/request_head.cpp", {standard, boost, http, http_internals, server_internals}},
      {"src/server/own_thread.cpp", {standard, boost, core, core_internals, server_internals}},
      {"src/server/", {standard, posix, core, http, server, core_internals, http_internals, server_internals}},
      {"src/lifecycle/", {standard, posix, core, lifecycle, core_internals, lifecycle_internals}},
      {"src/asio/",
       {standard, posix, boost, core, http, server, asio, core_internals, http_internals, server_internals,
        asio_internals}},
      {"src/probe/", {standard, posix, core, probe, probe_internals}},
      {"src/page/", {standard, core, http, page, core_internals, http_internals, page_internals, nlohmann}},
      {"src/checks/mysql", {standard, posix, core, checks, checks_internals, mariadb}},
      {"src/grpc/", {standard, core, grpcpp, grpc, core_internals, grpc_internals}},
      {"src/tls/",
       {standard, posix, core, server, checks, tls, openssl, core_internals, server_internals, checks_internals,
        tls_internals}},
      {"src/systemd/", {standard, posix, core, systemd, core_internals, systemd_internals}},
      {"src/checks/postgres", {standard, posix, core, checks, checks_internals, libpq}},
      {"src/checks/sqlite", {standard, posix, core, checks, checks_internals, sqlite}},
      {"src/checks/http_answer.cpp", {standard, boost, core, checks_internals}},
      {"src/checks/", {standard, posix, core, checks, checks_internals}},
      {"src/testing/kubelet", {standard, core, http, testing, core_internals, http_internals, testing_internals}},
      {"src/testing/", {standard, posix, core, http, server, testing, testing_internals}},
  };
  return all;
}

}  // namespace

std::optional<std::string> broken_include_rule(std::string_view file, std::string_view included) {
  const auto room =
      std::ranges::find_if(rooms(), [&](const Room& candidate) { return file.starts_with(candidate.prefix); });
  if (room == rooms().end()) return std::string{file} + " is in no room that the include rules know";

  if (std::ranges::find(room->may_include, origin_of(included)) != room->may_include.end()) return std::nullopt;
  return std::string{file} + " includes " + std::string{included} + ", which " + std::string{room->prefix} + " may not";
}

}  // namespace vitals_test
