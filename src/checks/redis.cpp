#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/checks/redis.hpp>

#include "checks/connect.hpp"
#include "checks/run_limit.hpp"
#include "checks/single_line.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

struct Target {
  detail::HostAndPort server = {};
  std::string user = {};
  std::optional<std::string> password = {};
};

[[noreturn]] void refuse(const char* rule) { throw std::invalid_argument{std::string{"vitals: Redis: "} + rule}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  refuse("a '%' in the URL must be followed by two hexadecimal digits");
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) refuse("a '%' in the URL must be followed by two hexadecimal digits");
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

/// Nothing of the URL may get into a message: any part of it may be a password.
Target parse(std::string_view url) {
  constexpr std::string_view scheme = "redis://";
  if (url.starts_with("rediss://")) refuse("the URL asks for TLS, which this check doesn't have");
  if (!url.starts_with(scheme)) refuse("the URL must begin with redis://");
  url.remove_prefix(scheme.size());
  Target target;
  if (const auto at = url.rfind('@'); at != url.npos) {
    const auto credentials = url.substr(0, at);
    const auto colon = credentials.find(':');
    if (colon == credentials.npos) refuse("the URL has a user without a password: redis://user:password@host");
    target.user = decoded(credentials.substr(0, colon));
    target.password = decoded(credentials.substr(colon + 1));
    url.remove_prefix(at + 1);
  }
  const auto slash = std::min(url.find('/'), url.size());
  if (url.find_first_not_of("0123456789", slash + 1) != url.npos || url.find_first_of("?#") != url.npos)
    refuse("after the port the URL may only have the number of a database");
  url = url.substr(0, slash);
  const auto after_brackets = url.substr(url.find(']') == url.npos ? 0 : url.find(']'));
  const bool has_port = after_brackets.find(':') != after_brackets.npos;
  target.server = detail::parse_target("Redis", std::string{url} + (has_port ? "" : ":6379"));
  return target;
}

/// A command of the protocol: https://redis.io/docs/latest/develop/reference/protocol-spec/
std::string command(std::initializer_list<std::string_view> words) {
  std::string text = '*' + std::to_string(words.size()) + "\r\n";
  for (const auto word : words) text.append("$" + std::to_string(word.size()) + "\r\n").append(word).append("\r\n");
  return text;
}

/// One run's conversation.
class Conversation {
 public:
  Conversation(const detail::Connected& connection, const detail::RunLimit& limit)
      : connection_{connection}, limit_{limit} {}

  /// @returns What is wrong; empty if nothing is.
  [[nodiscard]] std::string send(std::string_view text) const { return detail::send_all(connection_, text, limit_); }

  /// Reads a line without its end, and keeps it.
  /// @returns What is wrong; empty if nothing is.
  [[nodiscard]] std::string read_line() {
    constexpr std::size_t longest = 2048;  // refusals in protected mode have 1,060 bytes
    for (;;) {
      if (const auto end = received_.find("\r\n"); end != received_.npos) {
        line_ = received_.substr(0, end);
        received_.erase(0, end + 2);
        return {};
      }
      if (received_.size() >= longest) return unexpected(received_);
      if (auto problem = detail::receive(connection_, received_, longest - received_.size(), limit_); !problem.empty())
        return problem;
    }
  }
  [[nodiscard]] const std::string& line() const noexcept { return line_; }

  /// Reads a line that must be this one.
  [[nodiscard]] std::string expect(std::string_view wanted) {
    if (auto problem = read_line(); !problem.empty()) return problem;
    if (line_ == wanted) return {};
    return line_.starts_with('-') ? words_of_error() : unexpected(line_);
  }
  /// The server's words. What follows "with args" may repeat the password.
  [[nodiscard]] std::string words_of_error() const {
    const auto words = detail::single_line(line_.substr(1, line_.find("with args") - 1));
    const bool is_about_auth = words.starts_with("WRONGPASS") || words.starts_with("NOAUTH") ||
                               (words.starts_with("ERR") && words.find("AUTH") != words.npos);
    return (is_about_auth ? "authentication failed: " : "the server says: ") + words;
  }
  [[nodiscard]] std::string unexpected(std::string_view text) const {
    return "unexpected answer of " + connection_.peer + ": " + detail::quoted(text);
  }

 private:
  const detail::Connected& connection_;
  const detail::RunLimit& limit_;
  std::string received_;
  std::string line_;
};

}  // namespace

class Redis::State {
 public:
  State(Target target, RedisOptions options) : target_{std::move(target)}, options_{options} {
    if (target_.password && target_.user.empty()) commands_ = command({"AUTH", *target_.password});
    if (target_.password && !target_.user.empty()) commands_ = command({"AUTH", target_.user, *target_.password});
    commands_ += command({"PING"});
    if (options_.role != RedisRole::any) commands_ += command({"ROLE"});
  }

  CheckResult run(const CheckContext& context) {
    const detail::RunLimit limit{context};
    const auto connection = connect_to(target_.server, resolver_, limit);
    const auto problem = connection.socket.fd() < 0 ? connection.error : problem_of(Conversation{connection, limit});
    return problem.empty() ? CheckResult::pass() : CheckResult::fail(target_.server.text() + ": " + problem);
  }

 private:
  [[nodiscard]] std::string problem_of(Conversation server) const {
    if (auto problem = server.send(commands_); !problem.empty()) return problem;
    if (target_.password)
      if (auto problem = server.expect("+OK"); !problem.empty()) return problem;
    if (auto problem = server.expect("+PONG"); !problem.empty()) return problem;
    return options_.role == RedisRole::any ? std::string{} : problem_of_role(server);
  }

  /// The answer begins with the name of the role, in an array.
  [[nodiscard]] std::string problem_of_role(Conversation& server) const {
    for (const auto* kind : {"*", "$"}) {
      if (auto problem = server.read_line(); !problem.empty()) return problem;
      if (server.line().starts_with('-')) return server.words_of_error();
      if (!server.line().starts_with(kind)) return server.unexpected(server.line());
    }
    if (auto problem = server.read_line(); !problem.empty()) return problem;
    const bool is_primary = server.line() == "master";
    if (!is_primary && server.line() != "slave") return server.unexpected(server.line());
    if (is_primary == (options_.role == RedisRole::primary)) return {};
    return is_primary ? "the server is the primary, expected a replica"
                      : "the server is a replica, expected the primary";
  }

  const Target target_;
  const RedisOptions options_;
  std::string commands_;
  detail::HostResolver resolver_;
};

Redis::Redis(Text url, RedisOptions options) : state_{std::make_shared<State>(parse(url), options)} {}

CheckResult Redis::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
