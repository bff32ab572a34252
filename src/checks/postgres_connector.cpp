#include "checks/postgres_connector.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "checks/postgres_secrets.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using Kind = PostgresOutcome::Kind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool needs_resolution(const PostgresHost& host) {
  return host.address.empty() && !host.name.starts_with('/') && !host.name.starts_with('@');
}

/// As in libpq, zero, a negative number or an empty value means no limit.
milliseconds connect_timeout(const std::string& seconds) {
  int value = 0;
  std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  return value > 0 ? milliseconds{std::chrono::seconds{value}} : milliseconds::max();
}

/// As in libpq's messages.
std::string spoken(const PostgresHost& host) {
  const std::string address = host.address.empty() || host.address == host.name ? "" : " (" + host.address + ")";
  return '"' + (host.name.empty() ? host.address : host.name) + '"' + (host.name.empty() ? "" : address) + ", port " +
         host.port;
}

void append(std::string& problems, const std::string& problem) {
  problems += problems.empty() ? problem : "; " + problem;
}

}  // namespace

/// One run's attempt to connect, which tries the hosts one after another.
class PostgresConnector::Attempt {
 public:
  Attempt(const PostgresConnector& connector, const PostgresOptionValues& values, std::vector<PostgresHost> hosts,
          std::string problems, const RunLimit& limit)
      : connector_{connector},
        values_{values},
        hosts_{std::move(hosts)},
        problems_{std::move(problems)},
        limit_{limit},
        secrets_{connector.secrets_with(values)},
        connect_timeout_{connect_timeout(values["connect_timeout"])} {}

  Result run() {
    do {
      auto connection = std::make_unique<PostgresConnection>(connector_.conninfo_, overrides(), connector_.secrets_);
      if (auto outcome = drive(*connection)) {
        if (outcome->kind == Kind::lost) outcome->message = text(named(outcome->message));
        const bool good = outcome->kind == Kind::good;
        return {std::move(*outcome), good ? std::move(connection) : nullptr};
      }
    } while (!hosts_.empty());
    return {{Kind::lost, text()}};
  }

 private:
  /// libpq goes from host to host by itself, except from a silent one.
  /// @returns Nothing if a host was silent; it is then removed from `hosts_`.
  std::optional<PostgresOutcome> drive(PostgresConnection& connection) {
    std::vector<PostgresHost> failed;
    for (;;) {
      const std::size_t current = place_of(connection.host());
      const auto untried = static_cast<milliseconds::rep>(hosts_.size() - std::min(failed.size(), hosts_.size()));
      const milliseconds share = std::min(limit_.left() / std::max<milliseconds::rep>(untried, 1), connect_timeout_);
      auto outcome = connection.connect(limit_, socket_limit_, steady_clock::now() + share);
      if (!outcome) {
        if (current < hosts_.size()) failed.push_back(hosts_[current]);
        continue;
      }
      if (outcome->kind != Kind::late || limit_.is_over() || current >= hosts_.size()) return outcome;
      append(problems_,
             "no answer from " + spoken(hosts_[current]) + " within " + std::to_string(share.count()) + " ms");
      drop(hosts_[current], failed);
      return std::nullopt;
    }
  }

  /// The index of libpq's current host in `hosts_`; 0 if it is unknown.
  std::size_t place_of(const PostgresHost& host) const {
    const auto same_name = [&](const PostgresHost& each) { return each.name == host.name && each.port == host.port; };
    auto found = std::ranges::find(hosts_, host);
    if (found == hosts_.end()) found = std::ranges::find_if(hosts_, same_name);
    if (found == hosts_.end()) found = hosts_.begin();
    return static_cast<std::size_t>(found - hosts_.begin());
  }

  /// Hosts that have failed aren't tried again, except with "prefer-standby": that first rejects hosts that it may
  /// accept later.
  void drop(const PostgresHost silent, const std::vector<PostgresHost>& failed) {
    std::erase(hosts_, silent);
    if (values_["target_session_attrs"] == "prefer-standby") return;
    for (const PostgresHost& host : failed) std::erase(hosts_, host);
  }

  std::map<std::string, std::string> overrides() const {
    if (hosts_.empty()) return {};
    auto options = host_options(hosts_, values_);
    const std::string& wanted = values_["target_session_attrs"];
    // With this option libpq skips standbys by itself.
    if (connector_.primary_ && hosts_.size() > 1 && (wanted.empty() || wanted == "any"))
      options["target_session_attrs"] = PQlibVersion() >= 140000 ? "primary" : "read-write";
    return options;
  }

  /// If a host has a name and an address, libpq's messages have only the address. This adds the name.
  std::string named(std::string message) const {
    for (const PostgresHost& host : hosts_) {
      const std::string bare = spoken({.address = host.address, .port = host.port});
      const auto at = message.find(bare);
      if (!host.name.empty() && at != std::string::npos) message.replace(at, bare.size(), spoken(host));
    }
    return message;
  }

  std::string text(const std::string& last = {}) const {
    std::string all = problems_;
    if (!last.empty()) append(all, last);
    return safe_message(nullptr, secrets_, all);
  }

  const PostgresConnector& connector_;
  const PostgresOptionValues& values_;
  std::vector<PostgresHost> hosts_;
  std::string problems_;
  const RunLimit& limit_;
  std::vector<std::string> secrets_;
  milliseconds connect_timeout_;
  SocketLimit socket_limit_{limit_};
};

PostgresConnector::PostgresConnector(std::string conninfo, bool primary)
    : conninfo_{std::move(conninfo)}, primary_{primary}, secrets_{secrets_of(conninfo_)} {}

PostgresConnector::Result PostgresConnector::connect(const RunLimit& limit) {
  const PostgresOptionValues values{conninfo_};
  const auto hosts = values.hosts();
  std::string problems;
  auto usable = resolve(hosts, limit, problems);
  if (usable.empty() && !hosts.empty()) {
    const bool late = limit.is_over();
    const std::string reason = late ? limit.message() + ": " + problems : problems;
    return {{late ? Kind::late : Kind::lost, safe_message(nullptr, secrets_with(values), reason)}};
  }
  return Attempt{*this, values, std::move(usable), std::move(problems), limit}.run();
}

std::vector<std::string> PostgresConnector::secrets_with(const PostgresOptionValues& values) const {
  std::vector<std::string> all = secrets_;
  all.insert(all.end(), values.secrets().begin(), values.secrets().end());
  return all;
}

std::vector<PostgresHost> PostgresConnector::resolve(const std::vector<PostgresHost>& hosts, const RunLimit& limit,
                                                     std::string& problems) {
  std::vector<std::string> names;
  for (const PostgresHost& host : hosts)
    if (needs_resolution(host)) names.push_back(host.name);
  if (names.empty()) return hosts;
  // With several hosts, resolution gets only half of the time at first.
  const auto until = hosts.size() > 1 ? steady_clock::now() + limit.left() / 2 : limit.end();
  auto answers = resolver_.resolve(names, limit, until, HostResolver::Wanted::all_answers);
  const auto is_usable = [&](const PostgresHost& host) {
    const auto answer = answers.find(host.name);
    return !needs_resolution(host) || (answer != answers.end() && !answer->second.addresses.empty());
  };
  if (until < limit.end() && std::ranges::none_of(hosts, is_usable))
    answers = resolver_.resolve(names, limit, limit.end(), HostResolver::Wanted::an_address);
  std::vector<PostgresHost> usable;
  for (const PostgresHost& host : hosts) {
    if (!needs_resolution(host)) {
      usable.push_back(host);
    } else if (const auto answer = answers.find(host.name); answer == answers.end()) {
      append(problems, "the host name \"" + host.name + "\" isn't resolved yet");
    } else if (!answer->second.error.empty()) {
      append(problems, "could not translate host name \"" + host.name + "\" to address: " + answer->second.error);
    } else {
      for (const std::string& address : answer->second.addresses) usable.push_back({host.name, address, host.port});
    }
  }
  return usable;
}

}  // namespace detail
}  // namespace vitals::inline v1
