#include "http/target.hpp"

#include <algorithm>
#include <charconv>
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

std::optional<Parameters::Parameter> Parameters::next() noexcept {
  if (rest_.empty()) return std::nullopt;
  const auto parameter = rest_.substr(0, rest_.find('&'));
  rest_.remove_prefix(std::min(parameter.size() + 1, rest_.size()));
  const auto equals = std::min(parameter.find('='), parameter.size());
  return Parameter{parameter.substr(0, equals), parameter.substr(std::min(equals + 1, parameter.size()))};
}

bool has_parameter(std::string_view query, std::string_view name) noexcept {
  Parameters parameters{query};
  while (const auto parameter = parameters.next())
    if (parameter->name == name) return true;
  return false;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

int warn_status_of(std::string_view query) noexcept {
  Parameters parameters{query};
  while (const auto parameter = parameters.next())
    if (parameter->name == "warn") return parameter->value == "429" ? 429 : 200;
  return 200;
}

}  // namespace detail
}  // namespace vitals::inline v1
