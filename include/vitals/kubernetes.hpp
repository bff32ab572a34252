#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <optional>
#include <string>

namespace vitals::inline v1 {

/// A probe in a container's manifest, with the defaults of Kubernetes; in whole seconds, as there.
///
/// @code
/// const vitals::HttpGetProbe liveness{.path = "/healthz", .timeout = 2s, .period = 10s, .failure_threshold = 3};
/// @endcode
struct HttpGetProbe {
  std::string path = "/";
  /// initialDelaySeconds, at least 0: no probe before the container is this old.
  std::chrono::seconds initial_delay{0};
  /// timeoutSeconds, at least 1: an answer that takes this long is a failure. Must exceed the registry's answer budget.
  std::chrono::seconds timeout{1};
  /// periodSeconds, at least 1.
  std::chrono::seconds period{10};
  /// successThreshold, at least 1: successes in a row that turn the probe. 1 for liveness and startup.
  int success_threshold = 1;
  /// failureThreshold, at least 1: failures in a row that turn the probe.
  int failure_threshold = 3;
};

/// livenessProbe, readinessProbe and startupProbe of a container; each may be left out.
struct ContainerProbes {
  std::optional<HttpGetProbe> liveness = std::nullopt;
  std::optional<HttpGetProbe> readiness = std::nullopt;
  std::optional<HttpGetProbe> startup = std::nullopt;
};

}  // namespace vitals::inline v1

#endif
