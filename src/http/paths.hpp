#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/endpoint.hpp>
#include <vitals/status.hpp>

namespace vitals::inline v1 {
namespace detail {

struct PathMatch {
  std::optional<Probe> probe = std::nullopt;             ///< Nothing: all three.
  std::optional<std::string_view> check = std::nullopt;  ///< What follows "<path>/": a view into find()'s argument.

  friend bool operator==(const PathMatch& a, const PathMatch& b) noexcept = default;
};

/// The paths of an endpoint.
///
/// Of two paths that match ("/health" and "/health/live") the longer one wins. A path that ends in '/' has no check
/// paths below it. With EndpointOptions::trailing_slash, one extra '/' at the end of any other path, or of a check's
/// path, is ignored. Paths are compared byte by byte: nothing is decoded, and no dot segment is resolved.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class Paths {
 public:
  /// @throws std::invalid_argument  naming the list, the path and the rule, if a path is malformed or given twice.
  explicit Paths(const EndpointOptions& options);

  /// Nothing if the endpoint doesn't have the path.
  [[nodiscard]] std::optional<PathMatch> find(std::string_view path) const noexcept;

 private:
  struct Entry {
    std::string path;
    std::optional<Probe> probe;
  };
  void add(const char* list, const TextList& paths, std::optional<Probe> probe);

  std::vector<Entry> entries_;  ///< The longest path first.
  bool trailing_slash_;
};

}  // namespace detail
}  // namespace vitals::inline v1
