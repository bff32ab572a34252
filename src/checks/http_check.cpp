#include "checks/http_check.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "checks/http_request.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

std::string without_query(const std::string& target) { return target.substr(0, target.find('?')); }

/// https://www.rfc-editor.org/rfc/rfc9110#section-15.4
bool is_redirect(const HttpAnswer& answer) {
  constexpr std::array statuses{301, 302, 303, 307, 308};
  return std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end() && !answer.location.empty();
}

}  // namespace

HttpCheck::HttpCheck(HttpScheme scheme, std::string_view url, checks::HttpOptions options)
    : scheme_{std::move(scheme)},
      url_{parse(url)},
      options_{std::move(options)},
      name_{url_.server.text() + without_query(url_.target)},
      has_secrets_{!options_.headers.empty() || url_.target.find('?') != url_.target.npos} {
  require_valid(scheme_.check, options_);
}

CheckResult HttpCheck::run(const CheckContext& context) {
  const RunLimit limit{context};
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
      return fail("a redirect leads to where this check can't follow, such as " +
                  std::string{scheme_.name == "http" ? "https" : "http"});
    }
  }
}

Url HttpCheck::parse(std::string_view url) const {
  auto parsed = parse_url(scheme_.check, scheme_.name, scheme_.port, url);
  if (!parsed.user.empty() || parsed.password)
    throw std::invalid_argument{"vitals: " + scheme_.check +
                                ": the URL must not have a user: send an Authorization header"};
  if (!parsed.target.starts_with('/')) parsed.target.insert(0, 1, '/');
  return parsed;
}

Url HttpCheck::moved(const Url& from, std::string location) const {
  location.resize(std::min(location.find('#'), location.size()));
  if (location.find(':') < location.find_first_of("/?")) return parse(location);
  if (location.starts_with("//")) return parse(scheme_.name + ':' + location);
  auto base = without_query(from.target);
  if (location.starts_with('/')) base.clear();
  if (!location.starts_with('/') && !location.starts_with('?')) base.resize(base.rfind('/') + 1);
  const auto target = base + location;
  if ((without_query(target) + '/').find("/.") != target.npos)
    throw std::invalid_argument{"vitals: " + scheme_.check + ": a redirect has dot segments"};
  return parse(scheme_.name + "://" + from.server.text() + target);
}

HttpAnswer HttpCheck::ask(const Url& url, const RunLimit& limit) {
  const bool is_chosen_server = url.server.text() == url_.server.text();
  const auto connection = scheme_.connect(url.server, is_chosen_server ? resolver_ : redirect_resolver_, limit);
  if (connection.socket.fd() < 0) return {.problem = connection.error};
  const auto request = http_request(url, scheme_.port, options_, is_chosen_server);
  if (auto problem = send_all(connection, request, limit); !problem.empty()) return {.problem = std::move(problem)};
  return read_http_answer(connection, {.is_to_head = options_.method == "HEAD", .may_quote = !has_secrets_}, limit);
}

CheckResult HttpCheck::judged(const HttpAnswer& answer) const {
  const auto& statuses = options_.statuses;
  const auto status = "status " + std::to_string(answer.status) + " from " + answer.peer;
  const bool passes = statuses.empty() ? answer.status >= 200 && answer.status < 300
                                       : std::find(statuses.begin(), statuses.end(), answer.status) != statuses.end();
  if (!passes) return fail(status + ", expected " + expected_statuses());
  if (answer.body.find(options_.body_contains) == answer.body.npos)
    return fail(status + ", but the body doesn't contain what is expected");
  return CheckResult::pass();
}

std::string HttpCheck::expected_statuses() const {
  if (options_.statuses.empty()) return "200 to 299";
  std::string text;
  for (const int status : options_.statuses) text += (text.empty() ? "" : ", ") + std::to_string(status);
  return text;
}

}  // namespace detail
}  // namespace vitals::inline v1
