#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <vitals/export.hpp>
#include <vitals/http_route.hpp>
#include <vitals/status.hpp>
#include <vitals/text.hpp>

namespace vitals::inline v1 {

struct KubernetesTextOptions {
  /// The code of a failure, 400 to 599. The Kubernetes API server sends 500, etcd since 3.5.11 sends 503.
  int failure_code = 500;
  /// Who gets an answer; others get 404.
  Callers callers = Callers::anyone;
};

/// A route that answers for a probe as the Kubernetes API server does, byte for byte:
/// https://kubernetes.io/docs/reference/using-api/health-checks/
///
/// @code
/// vitals::HealthServer server{health, {.endpoint = {.readiness_paths = {"/ready"},       // without the default /readyz
///                                                   .routes = {vitals::kubernetes_text("/readyz",
///                                                                                      vitals::Probe::readiness)}}}};
/// @endcode
///
/// `ok`, or after `?verbose` and for failures one line per check: `[+]database ok`, `[-]database failed: reason
/// withheld`. `?exclude=database` leaves a check out, and may be repeated; unknown names are reported in a warning.
/// `<path>/<check>` answers for one check; its reason is for callers that may see details. A failure of a check that
/// isn't critical, and a warning, are `ok`. While the service starts or shuts down, readiness has one line more, named
/// `startup` or `shutdown`. Callers that may not see names get the verdict alone, and `exclude` means nothing to them.
///
/// @param path  As in EndpointOptions. Its first segment is the name in the verdict: `readyz check failed`.
/// @throws std::invalid_argument  naming the option and its range.
[[nodiscard]] VITALS_EXPORT HttpRoute kubernetes_text(Text path, Probe probe, KubernetesTextOptions options = {});

}  // namespace vitals::inline v1

#endif
