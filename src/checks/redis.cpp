#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/checks/redis.hpp>

#include "checks/connect.hpp"
#include "checks/run_limit.hpp"
#include "checks/single_line.hpp"
#include "checks/url.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

[[noreturn]] void refuse(const char* rule) { throw std::invalid_argument{std::string{"vitals: Redis: "} + rule}; }

detail::Url parse_redis(std::string_view url) {
  auto parsed = detail::parse_url("Redis", "redis", 6379, url);
  if (!parsed.user.empty() && !parsed.password)
    refuse("the URL has a user without a password: redis://user:password@host");
  const std::string_view target{parsed.target};
  if (!target.empty() && (target.front() != '/' || target.find_first_not_of("0123456789", 1) != target.npos))
    refuse("after the port the URL may only have the number of a database");
  return parsed;
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
  State(detail::Url url, RedisOptions options) : url_{std::move(url)}, options_{options} {
    if (url_.password && url_.user.empty()) commands_ = command({"AUTH", *url_.password});
    if (url_.password && !url_.user.empty()) commands_ = command({"AUTH", url_.user, *url_.password});
    commands_ += command({"PING"});
    if (options_.role != RedisRole::any) commands_ += command({"ROLE"});
  }

  CheckResult run(const CheckContext& context) {
    const detail::RunLimit limit{context};
    const auto connection = connect_to(url_.server, resolver_, limit);
    const auto problem = connection.socket.fd() < 0 ? connection.error : problem_of(Conversation{connection, limit});
    return problem.empty() ? CheckResult::pass() : CheckResult::fail(url_.server.text() + ": " + problem);
  }

 private:
  [[nodiscard]] std::string problem_of(Conversation server) const {
    if (auto problem = server.send(commands_); !problem.empty()) return problem;
    if (url_.password)
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

  const detail::Url url_;
  const RedisOptions options_;
  std::string commands_;
  detail::HostResolver resolver_;
};

Redis::Redis(Text url, RedisOptions options) : state_{std::make_shared<State>(parse_redis(url), options)} {}

CheckResult Redis::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
