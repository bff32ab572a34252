#include "http/paths.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "http/resource.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t max_path = 256;
constexpr std::size_t max_routes = 32;

/// A space or a control character: a request target can't have either.
bool is_unprintable(char c) noexcept { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }

/// For a message: unprintable characters become '?', and a long path is cut.
std::string in_quotes(std::string_view path) {
  constexpr std::size_t shown = 64;
  std::string text{path.substr(0, shown)};
  std::replace_if(text.begin(), text.end(), is_unprintable, '?');
  return '"' + text + (path.size() > shown ? "...\"" : "\"");
}

/// Null if the path is well-formed.
const char* broken_rule(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/') return "must begin with '/'";
  if (path.size() > max_path) return "must not be longer than 256 bytes";
  if (path.find_first_of("?#") != path.npos) return "must not contain '?' or '#'";
  if (std::any_of(path.begin(), path.end(), is_unprintable)) return "must not contain a space or a control character";
  return nullptr;
}

/// Whether a route answers for health at this path.
bool has_page(const HttpRoutes& routes, const std::string& path) {
  return std::any_of(routes.begin(), routes.end(), [&](const HttpRoute& route) {
    return route.path() == path && route.resource()->answers_for_health();
  });
}

}  // namespace

Paths::Paths(const EndpointOptions& options, const HttpRoutes& of_server) : trailing_slash_{options.trailing_slash} {
  if (options.routes.size() > max_routes)
    throw std::invalid_argument{"vitals: EndpointOptions::routes: at most 32 routes, not " +
                                std::to_string(options.routes.size())};
  add("EndpointOptions::liveness_paths", options.liveness_paths, liveness_target);
  add("EndpointOptions::readiness_paths", options.readiness_paths, readiness_target);
  add("EndpointOptions::startup_paths", options.startup_paths, startup_target);
  for (const auto& path : options.health_paths)
    if (!has_page(options.routes, path)) add("EndpointOptions::health_paths", path, health_target, true);
  std::size_t target = first_route_target;
  for (const auto& route : options.routes)
    add("EndpointOptions::routes", route.path(), target++, route.resource()->has_checks());
  for (const auto& route : of_server)
    add("HealthServerOptions::metrics_paths", route.path(), target++, route.resource()->has_checks());
}

void Paths::add(const char* option, const TextList& paths, std::size_t target) {
  for (const auto& path : paths) add(option, path, target, true);
}

void Paths::add(const char* option, const std::string& path, std::size_t target, bool has_checks) {
  const char* rule = broken_rule(path);
  if (std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.path == path; }))
    rule = "must be given only once, in one list or route";
  if (rule != nullptr)
    throw std::invalid_argument{std::string{"vitals: "} + option + ": " + in_quotes(path) + ' ' + rule};
  const auto is_shorter = [](const std::string& a, const Entry& b) { return a.size() > b.path.size(); };
  entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), path, is_shorter), {path, target, has_checks});
}

std::optional<PathMatch> Paths::find(std::string_view path) const noexcept {
  for (const auto& entry : entries_) {
    if (!path.starts_with(entry.path)) continue;
    auto rest = path.substr(entry.path.size());
    if (rest.empty()) return PathMatch{entry.target, std::nullopt};
    if (rest.front() != '/' || entry.path.back() == '/') continue;
    if (trailing_slash_ && rest.back() == '/') rest.remove_suffix(1);
    if (rest.empty()) return PathMatch{entry.target, std::nullopt};
    if (entry.has_checks) return PathMatch{entry.target, rest.substr(1)};
  }
  return std::nullopt;
}

}  // namespace detail
}  // namespace vitals::inline v1
