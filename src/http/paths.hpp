#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/endpoint.hpp>

namespace vitals::inline v1 {
namespace detail {

/// What a path leads to. The routes of EndpointOptions follow these numbers, in order, and then the server's own.
enum : std::size_t { liveness_target, readiness_target, startup_target, health_target, first_route_target };

struct PathMatch {
  std::size_t target = 0;
  std::optional<std::string_view> check = std::nullopt;  ///< What follows "<path>/": a view into find()'s argument.

  friend bool operator==(const PathMatch& a, const PathMatch& b) noexcept = default;
};

/// The paths of an endpoint.
///
/// Of two paths that match ("/health" and "/health/live") the longer one wins. A path that ends in '/', and that of a
/// route without checks, has no check paths below it. With EndpointOptions::trailing_slash, one extra '/' at the end of
/// any other path, or of a check's path, is ignored. Paths are compared byte by byte: nothing is decoded, and no dot
/// segment is resolved.
///
/// @par Thread safety  Distinct objects: safe. Shared objects: safe.
class Paths {
 public:
  /// @throws std::invalid_argument  naming the list, the path and the rule, if a path is malformed or given twice.
  explicit Paths(const EndpointOptions& options, const HttpRoutes& of_server = {});

  /// Nothing if the endpoint doesn't have the path.
  [[nodiscard]] std::optional<PathMatch> find(std::string_view path) const noexcept;

 private:
  struct Entry {
    std::string path;
    std::size_t target;
    bool has_checks;
  };
  void add(const char* option, const TextList& paths, std::size_t target);
  void add(const char* option, const std::string& path, std::size_t target, bool has_checks);

  std::vector<Entry> entries_;  ///< The longest path first.
  bool trailing_slash_;
};

}  // namespace detail
}  // namespace vitals::inline v1
