#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/checks/http.hpp>

#include "checks/connect.hpp"
#include "checks/http_answer.hpp"
#include "checks/http_request.hpp"
#include "checks/run_limit.hpp"
#include "checks/url.hpp"

namespace vitals::inline v1 {
namespace checks {
namespace {

detail::Url parse_http(std::string_view url) {
  auto parsed = detail::parse_url("Http", "http", detail::http_port, url);
  if (!parsed.user.empty() || parsed.password)
    throw std::invalid_argument{"vitals: Http: the URL must not have a user: send an Authorization header"};
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, 1, '/');
  return parsed;
}

std::string without_query(const std::string& target) { return target.substr(0, target.find('?')); }

/// https://www.rfc-editor.org/rfc/rfc9110#section-15.4
bool is_redirect(const detail::HttpAnswer& answer) {
  constexpr std::array statuses{301, 302, 303, 307, 308};
  return std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end() && !answer.location.empty();
}

/// Where a redirect leads: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2
detail::Url moved(const detail::Url& from, std::string location) {
  location.resize(std::min(location.find('#'), location.size()));
  if (location.find(':') < location.find_first_of("/?")) return parse_http(location);
  if (location.starts_with("//")) return parse_http("http:" + location);
  auto base = without_query(from.target);
  if (location.starts_with('/')) base.clear();
  if (!location.starts_with('/') && !location.starts_with('?')) base.resize(base.rfind('/') + 1);
  const auto target = base + location;
  if ((without_query(target) + '/').find("/.") != target.npos)
    throw std::invalid_argument{"vitals: Http: a redirect has dot segments"};
  return parse_http("http://" + from.server.text() + target);
}

}  // namespace

class Http::State {
 public:
  State(detail::Url url, HttpOptions options)
      : url_{std::move(url)},
        options_{std::move(options)},
        name_{url_.server.text() + without_query(url_.target)},
        has_secrets_{!options_.headers.empty() || url_.target.find('?') != url_.target.npos} {
    detail::require_valid(options_);
  }

  CheckResult run(const CheckContext& context) {
    const detail::RunLimit limit{context};
    auto url = url_;
    for (int redirects = 0;; ++redirects) {
      const auto answer = ask(url, limit);
      // Where a redirect leads may repeat what the request had.
      if (redirects > 0 && has_secrets_ && !answer.problem.empty()) return fail("no answer after a redirect");
      if (!answer.problem.empty()) return fail(answer.problem);
      if (options_.max_redirects == 0 || !is_redirect(answer)) return judged(answer);
      if (redirects == options_.max_redirects) return fail("redirected too often");
      try {
        url = moved(url, answer.location);
      } catch (const std::invalid_argument&) {
        return fail("a redirect leads to where this check can't follow, such as https");
      }
    }
  }

 private:
  [[nodiscard]] detail::HttpAnswer ask(const detail::Url& url, const detail::RunLimit& limit) {
    const bool is_chosen_server = url.server.text() == url_.server.text();
    const auto connection = connect_to(url.server, is_chosen_server ? resolver_ : redirect_resolver_, limit);
    if (connection.socket.fd() < 0) return {.problem = connection.error};
    const auto request = detail::http_request(url, options_, is_chosen_server);
    if (auto problem = detail::send_all(connection, request, limit); !problem.empty())
      return {.problem = std::move(problem)};
    return read_http_answer(connection, {.is_to_head = options_.method == "HEAD", .may_quote = !has_secrets_}, limit);
  }

  [[nodiscard]] CheckResult judged(const detail::HttpAnswer& answer) const {
    const auto& statuses = options_.statuses;
    const auto status = "status " + std::to_string(answer.status) + " from " + answer.peer;
    const bool passes = statuses.empty() ? answer.status >= 200 && answer.status < 300
                                         : std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end();
    if (!passes) return fail(status + ", expected " + expected_statuses());
    if (answer.body.find(options_.body_contains) == answer.body.npos)
      return fail(status + ", but the body doesn't contain what is expected");
    return CheckResult::pass();
  }

  [[nodiscard]] std::string expected_statuses() const {
    if (options_.statuses.empty()) return "200 to 299";
    std::string text;
    for (const int status : options_.statuses) text += (text.empty() ? "" : ", ") + std::to_string(status);
    return text;
  }

  [[nodiscard]] CheckResult fail(const std::string& problem) const { return CheckResult::fail(name_ + ": " + problem); }

  const detail::Url url_;
  const HttpOptions options_;
  const std::string name_;
  const bool has_secrets_;
  detail::HostResolver resolver_;
  detail::HostResolver redirect_resolver_;  ///< A name that isn't ours and silent doesn't keep ours waiting.
};

Http::Http(Text url, HttpOptions options) : state_{std::make_shared<State>(parse_http(url), std::move(options))} {}

CheckResult Http::operator()(const CheckContext& context) const { return state_->run(context); }

}  // namespace checks
}  // namespace vitals::inline v1
