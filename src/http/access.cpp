#include "http/access.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t min_token = 16;
constexpr std::size_t max_token = 512;

/// Takes the same time wherever the two differ. Their sizes are no secret.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

/// The token of "Bearer <token>" (https://www.rfc-editor.org/rfc/rfc6750#section-2.1); empty if it is something else.
std::string_view bearer_token(std::string_view authorization) noexcept {
  constexpr std::string_view scheme = "bearer";
  authorization = trimmed(authorization);
  const auto end = authorization.find(' ');
  if (end == authorization.npos || !equals_ignoring_case(authorization.substr(0, end), scheme)) return {};
  return trimmed(authorization.substr(end));
}

void check_token(std::string_view token) {
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f; };
  if (token.size() >= min_token && token.size() <= max_token && std::all_of(token.begin(), token.end(), is_visible))
    return;
  throw std::invalid_argument{"vitals: EndpointOptions::tokens: a token must have 16 to 512 visible ASCII characters"};
}

}  // namespace

bool includes(Callers callers, Caller caller) noexcept {
  switch (callers) {
    case Callers::nobody: return false;
    case Callers::on_loopback: return caller.on_loopback;
    case Callers::with_token: return caller.with_token;
    case Callers::anyone: return true;
  }
  return false;
}

bool is_loopback(std::string_view remote_address) noexcept {
  constexpr std::array<std::string_view, 4> addresses{"127.0.0.1", "::1", "::ffff:127.0.0.1", "unix:"};
  return std::find(addresses.begin(), addresses.end(), remote_address) != addresses.end();
}

Access::Access(const EndpointOptions& options, const HttpRoutes& of_server)
    : details_{options.details}, names_{options.names}, tokens_{options.tokens} {
  for (const std::string_view token : tokens_) check_token(token);
  add("EndpointOptions::details", details_);
  add("EndpointOptions::names", names_);
  for (const auto& route : options.routes) add("EndpointOptions::routes", route.callers());
  for (const auto& route : of_server) add("HealthServerOptions::metrics_callers", route.callers());
}

void Access::add(const char* option, Callers callers) {
  asks_for_loopback_ = asks_for_loopback_ || callers == Callers::on_loopback;
  if (callers == Callers::with_token && tokens_.empty())
    throw std::invalid_argument{std::string{"vitals: "} + option +
                                " is for callers with a token, but EndpointOptions::tokens is empty"};
}

Caller Access::caller_of(const HttpRequest& request) const noexcept {
  const std::string_view target = request.target;
  return {.on_loopback = asks_for_loopback_ && target.starts_with('/') && is_loopback(request.remote_address),
          .with_token = has_token(request.authorization)};
}

bool Access::has_token(std::string_view authorization) const noexcept {
  if (tokens_.empty() || authorization.empty()) return false;
  const auto token = bearer_token(authorization);
  bool found = false;
  for (const std::string_view each : tokens_) found |= equal_in_constant_time(token, each);
  return found;
}

Sight Access::sight_of(Caller caller) const noexcept {
  if (!includes(names_, caller)) return Sight::counts;
  return includes(details_, caller) ? Sight::details : Sight::names;
}

}  // namespace detail
}  // namespace vitals::inline v1
