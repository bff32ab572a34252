#include "checks/postgres_options.hpp"

#include <algorithm>
#include <array>

#include "checks/host_resolver.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using Connection = std::unique_ptr<PGconn, void (*)(PGconn*)>;

/// A connection that has read its options and failed before it connects: libpq refuses the invalid `sslmode` after it
/// has combined all sources of options, and before it resolves a name.
Connection without_connecting(const char* key, const char* value) {
  const std::array keys{key, "sslmode", static_cast<const char*>(nullptr)};
  const std::array values{value, "none", static_cast<const char*>(nullptr)};
  return {PQconnectStartParams(keys.data(), values.data(), 1), &PQfinish};
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  for (std::size_t comma = 0; comma != std::string_view::npos;) {
    comma = list.find(',');
    parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return parts;
}

/// This libpq's folder for sockets.
std::string default_host() {
  const Connection connection = without_connecting("host", ",");
  const char* host = PQhost(connection.get());
  return host != nullptr ? host : "";
}

std::string default_port() {
  const ConninfoOptions defaults{PQconndefaults()};
  for (const auto* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option)
    if (std::string_view{option->keyword} == "port" && option->compiled != nullptr) return option->compiled;
  return "5432";
}

}  // namespace

PostgresOptionValues::PostgresOptionValues(const std::string& conninfo) {
  const Connection connection = without_connecting("dbname", conninfo.c_str());
  const ConninfoOptions options{PQconninfo(connection.get())};
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    values_[option->keyword] = option->val;
    if (is_secret(*option)) secrets_.emplace_back(option->val);
  }
  if (const char* password = PQpass(connection.get())) secrets_.emplace_back(password);
}

const std::string& PostgresOptionValues::operator[](const std::string& key) const {
  static const std::string none;
  const auto found = values_.find(key);
  return found != values_.end() ? found->second : none;
}

std::vector<PostgresHost> PostgresOptionValues::hosts() const {
  const auto& self = *this;
  auto names = split(self["host"]);
  auto addresses = split(self["hostaddr"]);
  auto ports = split(self["port"]);
  const std::size_t count = self["hostaddr"].empty() ? names.size() : addresses.size();
  if (self["host"].empty()) names.resize(count);
  if (self["hostaddr"].empty()) addresses.resize(count);
  if (ports.size() == 1) ports.resize(count, ports.front());
  if (names.size() != count || ports.size() != count) return {};
  std::vector<PostgresHost> hosts;
  for (std::size_t i = 0; i < count; ++i) {
    PostgresHost host{names[i], addresses[i], ports[i].empty() ? default_port() : ports[i]};
    if (host.name.empty() && host.address.empty()) host.name = default_host();
    const bool is_socket = host.name.starts_with('/') || host.name.starts_with('@');
    const std::string given = host.address.empty() ? host.name : host.address;
    if (!is_socket || !host.address.empty())
      if (std::string address = numeric_address(given); !address.empty()) host.address = std::move(address);
    hosts.push_back(std::move(host));
  }
  return hosts;
}

std::map<std::string, std::string> host_options(std::vector<PostgresHost> hosts, const PostgresOptionValues& values) {
  // In place of an empty value libpq takes the connection string's own. A list of two empty elements isn't empty.
  if (hosts.size() == 1 && ((hosts.front().name.empty() && !values["host"].empty()) ||
                            (hosts.front().address.empty() && !values["hostaddr"].empty())))
    hosts.push_back(hosts.front());
  std::map<std::string, std::string> options;
  const auto append = [&](const char* key, const std::string& value, bool first) {
    std::string& list = options[key];
    list += first ? value : "," + value;
  };
  for (const PostgresHost& host : hosts) {
    const bool first = &host == &hosts.front();
    append("host", host.name, first);
    append("hostaddr", host.address, first);
    append("port", host.port, first);
  }
  return options;
}

}  // namespace detail
}  // namespace vitals::inline v1
