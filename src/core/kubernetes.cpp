#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <vitals/kubernetes.hpp>
#include <vitals/registry.hpp>
#include <vitals/report.hpp>

#include "core/state/registry_state.hpp"

namespace vitals::inline v1 {
namespace {

using std::chrono::seconds;

/// Whether a text means the same in YAML without quotes, also inside braces: a number, or what no number and no word
/// such as `true` looks like.
bool is_plain(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view others = "/_.-";
  constexpr std::array words{"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (text.empty() || std::find(words.begin(), words.end(), text) != words.end()) return false;
  if (text.find_first_not_of(digits) == text.npos) return true;
  return (text.front() == '/' || (text.front() >= 'a' && text.front() <= 'z')) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || digits.find(c) != digits.npos || others.find(c) != others.npos;
         });
}

/// https://yaml.org/spec/1.2.2/#731-double-quoted-style
std::string scalar(std::string_view text) {
  if (is_plain(text)) return std::string{text};
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c >= '\0' && c < ' ' ? '?' : c;
  }
  return quoted + '"';
}

class Writer {
 public:
  explicit Writer(const YamlOptions& options)
      : port_{scalar(options.port) + (options.https ? ", scheme: HTTPS" : "")},
        indent_(static_cast<std::size_t>(options.indent), ' ') {}

  void add(const char* name, const std::optional<HttpGetProbe>& probe) {
    if (!probe) return;
    text_ += indent_ + name + ":\n";
    line("httpGet", "{path: " + scalar(probe->path) + ", port: " + port_ + '}');
    if (probe->initial_delay != seconds{0}) line("initialDelaySeconds", std::to_string(probe->initial_delay.count()));
    line("periodSeconds", std::to_string(probe->period.count()));
    line("timeoutSeconds", std::to_string(probe->timeout.count()));
    if (probe->success_threshold != 1) line("successThreshold", std::to_string(probe->success_threshold));
    line("failureThreshold", std::to_string(probe->failure_threshold));
    if (const auto grace = probe->termination_grace_period)
      line("terminationGracePeriodSeconds", std::to_string(grace->count()));
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void line(const char* key, const std::string& value) { text_ += indent_ + "  " + key + ": " + value + '\n'; }

  const std::string port_;  ///< And what follows it.
  const std::string indent_;
  std::string text_;
};

}  // namespace

ContainerProbes kubernetes_probes(const HealthRegistry& health) {
  const auto& options = detail::state_of(health)->options;
  const auto timeout = std::chrono::ceil<seconds>(options.answer_budget) + seconds{1};
  const auto at_least = [&](seconds period) { return std::max(period, timeout); };
  ContainerProbes probes{
      .liveness = HttpGetProbe{.path = "/healthz",
                               .timeout = timeout,
                               .period = at_least(seconds{10}),
                               .termination_grace_period = seconds{10}},
      .readiness = HttpGetProbe{.path = "/ready", .timeout = timeout, .period = at_least(seconds{5})}};
  if (!health.report(Probe::startup).checks().empty()) {
    const auto period = at_least(seconds{5});
    const auto turns = std::chrono::ceil<seconds>(options.startup_limit) / period;
    const bool is_whole = turns * period >= options.startup_limit;
    probes.startup = HttpGetProbe{.path = "/startup",
                                  .timeout = timeout,
                                  .period = period,
                                  .failure_threshold = static_cast<int>(turns + (is_whole ? 0 : 1))};
  }
  return probes;
}

std::string to_yaml(const ContainerProbes& probes, const YamlOptions& options) {
  if (options.indent < 0 || options.indent > 64)
    throw std::invalid_argument{"vitals: YamlOptions: indent must be 0 to 64"};
  Writer writer{options};
  writer.add("startupProbe", probes.startup);
  writer.add("livenessProbe", probes.liveness);
  writer.add("readinessProbe", probes.readiness);
  return writer.text();
}

}  // namespace vitals::inline v1
