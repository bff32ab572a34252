#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <chrono>
#include <optional>
#include <string>

#include <vitals/export.hpp>
#include <vitals/fwd.hpp>
#include <vitals/text.hpp>

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
  /// terminationGracePeriodSeconds of the probe, at least 1: how long the container that it restarts gets to end. Unset:
  /// as long as in any other end. Not for readiness.
  std::optional<std::chrono::seconds> termination_grace_period = std::nullopt;
};

/// livenessProbe, readinessProbe and startupProbe of a container; each may be left out.
struct ContainerProbes {
  std::optional<HttpGetProbe> liveness = std::nullopt;
  std::optional<HttpGetProbe> readiness = std::nullopt;
  std::optional<HttpGetProbe> startup = std::nullopt;
};

/// The probes that fit what is registered, for the default paths of an Endpoint.
///
/// @code
/// std::cout << to_yaml(vitals::kubernetes_probes(health), {.indent = 10});   // after the checks have been added
/// @endcode
///
/// - timeoutSeconds is 1 to 2 s above the answer budget: no answer then means that the process is stuck.
/// - The startup probe, if there are startup checks, allows about what `startup_limit` does: until then the library
///   keeps liveness from failing, and afterwards Kubernetes restarts the container.
/// - A container that liveness restarts gets 10 s to end: one that hangs would use up all its time for nothing. If yours
///   should drain even then, unset `termination_grace_period`.
///
/// @throws std::bad_alloc
/// @par Thread safety  Safe.
[[nodiscard]] VITALS_EXPORT ContainerProbes kubernetes_probes(const HealthRegistry& health);

/// How to_yaml() writes probes.
struct YamlOptions {
  /// The port's name or number.
  Text port = "health";
  /// Spaces before each line, 0 to 64.
  int indent = 0;
  /// Whether the port speaks TLS: `scheme: HTTPS`. A kubelet verifies no certificate and sends none.
  bool https = false;
};

/// startupProbe, livenessProbe and readinessProbe as lines for a container's manifest. What has the default of
/// Kubernetes is left out, but for what is usually changed.
///
/// @throws std::invalid_argument  if the indentation is out of range.
/// @par Thread safety  Safe.
[[nodiscard]] VITALS_EXPORT std::string to_yaml(const ContainerProbes& probes, const YamlOptions& options = {});

}  // namespace vitals::inline v1

#endif
