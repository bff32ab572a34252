#include "http/target.hpp"

#include <algorithm>
#include <cstddef>

#include "http/ascii.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

/// The length of "http://" or "https://" at the beginning, or 0.
std::size_t scheme_length(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"})
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
  return 0;
}

}  // namespace

Target parse_target(std::string_view target) noexcept {
  const auto scheme = scheme_length(target);
  if (scheme == 0 && !target.starts_with('/')) return {};

  auto rest = target;
  if (scheme != 0) {
    const auto authority = std::min(target.find_first_of("/?#", scheme), target.size());
    if (authority == scheme) return {};
    rest = target.substr(authority);
  }
  const auto question = rest.find('?');
  const auto path = rest.substr(0, question);
  const auto query = question == rest.npos ? std::string_view{} : rest.substr(question + 1);
  return {path.empty() ? "/" : path, query};
}

bool has_parameter(std::string_view query, std::string_view name) noexcept {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto parameter = query.substr(0, end);
    if (parameter.substr(0, parameter.find('=')) == name) return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

}  // namespace detail
}  // namespace vitals::inline v1
