#pragma once

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include <vitals/testing/kubelet.hpp>

namespace vitals_test {

/// A file of a folder of examples.
inline std::string example_file(const std::string& name) {
  std::ifstream in{std::string{VITALS_SOURCE_DIR} + "/examples/" + name};
  if (!in) throw std::runtime_error{"examples/" + name + " can't be read"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline std::string kubernetes_file(const std::string& name) { return example_file("kubernetes/" + name); }

/// The text between `before` and the next `after`; empty if there is none.
inline std::string between(const std::string& text, const std::string& before, char after) {
  const auto start = text.find(before);
  if (start == std::string::npos) return "";
  const auto value = start + before.size();
  return text.substr(value, text.find(after, value) - value);
}

/// The number after a key in that text.
inline std::optional<int> number(const std::string& text, const std::string& key) {
  const std::string value = between(text, " " + key + ": ", '\n');
  return value.empty() ? std::nullopt : std::optional{std::stoi(value)};
}

namespace detail {

/// The lines below a key that are indented further; empty if there is no such key.
inline std::string block(const std::string& manifest, const std::string& key) {
  const auto indent_of = [](const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); };
  std::istringstream lines{manifest};
  std::string block;
  std::optional<std::size_t> indent;
  for (std::string line; std::getline(lines, line);) {
    if (indent && indent_of(line) <= *indent) break;
    if (indent) block += line + '\n';
    if (line.substr(indent_of(line)) == key + ":") indent = indent_of(line);
  }
  return block;
}

inline std::optional<vitals::HttpGetProbe> probe_of(const std::string& manifest, const std::string& key) {
  const std::string text = block(manifest, key);
  if (text.empty()) return std::nullopt;
  using std::chrono::seconds;
  vitals::HttpGetProbe probe{.path = between(text, "httpGet: {path: ", ',')};
  if (const auto value = number(text, "initialDelaySeconds")) probe.initial_delay = seconds{*value};
  if (const auto value = number(text, "timeoutSeconds")) probe.timeout = seconds{*value};
  if (const auto value = number(text, "periodSeconds")) probe.period = seconds{*value};
  if (const auto value = number(text, "successThreshold")) probe.success_threshold = *value;
  if (const auto value = number(text, "failureThreshold")) probe.failure_threshold = *value;
  if (const auto value = number(text, "terminationGracePeriodSeconds"))
    probe.termination_grace_period = seconds{*value};
  return probe;
}

}  // namespace detail

/// The numbers in examples/kubernetes/deployment.yaml.
struct Manifest {
  vitals::ContainerProbes probes;
  /// From SIGTERM to SIGKILL.
  std::chrono::seconds termination_grace_period;
  /// How long a new instance must be ready before a rollout stops an old one.
  std::chrono::seconds min_ready;
};

inline Manifest read_manifest() {
  const std::string text = kubernetes_file("deployment.yaml");
  return {{.liveness = detail::probe_of(text, "livenessProbe"),
           .readiness = detail::probe_of(text, "readinessProbe"),
           .startup = detail::probe_of(text, "startupProbe")},
          std::chrono::seconds{number(text, "terminationGracePeriodSeconds").value()},
          std::chrono::seconds{number(text, "minReadySeconds").value()}};
}

/// The load balancer of the pictures, which probes /ready itself, like the kubelet.
inline vitals::HttpGetProbe load_balancer() {
  return {.path = "/ready", .period = std::chrono::seconds{4}, .success_threshold = 2, .failure_threshold = 2};
}

}  // namespace vitals_test
