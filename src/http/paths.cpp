#include "http/paths.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::size_t max_path = 256;

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

}  // namespace

Paths::Paths(const EndpointOptions& options) : trailing_slash_{options.trailing_slash} {
  add("liveness_paths", options.liveness_paths, Probe::liveness);
  add("readiness_paths", options.readiness_paths, Probe::readiness);
  add("startup_paths", options.startup_paths, Probe::startup);
  add("health_paths", options.health_paths, std::nullopt);
}

void Paths::add(const char* list, const TextList& paths, std::optional<Probe> probe) {
  for (const auto& path : paths) {
    const char* rule = broken_rule(path);
    if (std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.path == path; }))
      rule = "must be given only once, in one list";
    if (rule != nullptr)
      throw std::invalid_argument{std::string{"vitals: EndpointOptions::"} + list + ": " + in_quotes(path) + ' ' +
                                  rule};
    const auto is_shorter = [](const std::string& a, const Entry& b) { return a.size() > b.path.size(); };
    entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), path, is_shorter), {path, probe});
  }
}

std::optional<PathMatch> Paths::find(std::string_view path) const noexcept {
  for (const auto& entry : entries_) {
    if (!path.starts_with(entry.path)) continue;
    auto rest = path.substr(entry.path.size());
    if (rest.empty()) return PathMatch{entry.probe, std::nullopt};
    if (rest.front() != '/' || entry.path.back() == '/') continue;
    if (trailing_slash_ && rest.back() == '/') rest.remove_suffix(1);
    return rest.empty() ? PathMatch{entry.probe, std::nullopt} : PathMatch{entry.probe, rest.substr(1)};
  }
  return std::nullopt;
}

}  // namespace detail
}  // namespace vitals::inline v1
