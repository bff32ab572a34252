#include "http/metrics_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

#include <vitals/version.hpp>

#include "core/state/checks.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using enum MetricType;

struct CheckFamily {
  MetricFamily family;
  bool instant_too;  ///< Checks that aren't called have it, too.
  MetricValue (*value_of)(const CheckReport& check);
};

MetricValue truth(bool value) noexcept { return std::uint64_t{value}; }

MetricValue since_epoch(WallTime time) noexcept { return time.time_since_epoch(); }

MetricValue since_epoch(std::optional<WallTime> time) noexcept { return since_epoch(time.value_or(WallTime{})); }

bool is_up(Status status) noexcept { return status != Status::fail; }

// The check's own status: an alert about a dependency doesn't depend on whether the probe fails with it.
constexpr std::array check_families{
    CheckFamily{{"vitals_check_up", "Whether the check passes or warns."},
                true,
                [](const CheckReport& check) { return truth(is_up(check.status)); }},
    CheckFamily{{"vitals_check_degraded", "Whether the check warns."},
                true,
                [](const CheckReport& check) { return truth(check.status == Status::warn); }},
    CheckFamily{{"vitals_check_runs_total", "Runs of the check that were started.", counter},
                false,
                [](const CheckReport& check) { return MetricValue{check.runs}; }},
    CheckFamily{{"vitals_check_results_total", "Results of the check, with failures and timeouts.", counter},
                false,
                [](const CheckReport& check) { return MetricValue{check.results}; }},
    CheckFamily{{"vitals_check_failures_total", "Results that were failures, with timeouts.", counter},
                false,
                [](const CheckReport& check) { return MetricValue{check.failures}; }},
    CheckFamily{{"vitals_check_timeouts_total", "Runs of the check that overran their timeout.", counter},
                false,
                [](const CheckReport& check) { return MetricValue{check.timeouts}; }},
    CheckFamily{{"vitals_check_duration_seconds", "How long the last run took, its timeout if it overran."},
                false,
                [](const CheckReport& check) { return MetricValue{check.duration}; }},
    CheckFamily{{"vitals_check_last_run_timestamp_seconds", "When the last result came, 0 before the first."},
                false,
                [](const CheckReport& check) { return since_epoch(check.checked_at); }},
    CheckFamily{{"vitals_check_last_success_timestamp_seconds", "When the last success came, 0 before the first."},
                false,
                [](const CheckReport& check) { return since_epoch(check.succeeded_at); }},
};

void add_sample(MetricSink& sink, const MetricFamily& family, MetricValue value) {
  sink.begin_family(family);
  sink.add_sample({}, value);
}

/// A family without samples is left out.
void visit_checks(const Snapshot& snapshot, const CheckFamily& wanted, MetricSink& sink) {
  bool begun = false;
  for (const auto probe : all_probes) {
    for (const auto& check : snapshot.of(probe).checks()) {
      if (!check.called && !wanted.instant_too) continue;
      if (!begun) sink.begin_family(wanted.family);
      begun = true;
      const std::array labels{MetricLabel{"probe", to_string(probe)}, MetricLabel{"check", check.name}};
      sink.add_sample(labels, wanted.value_of(check));
    }
  }
}

void visit_probes(const Snapshot& snapshot, const MetricFamily& family, bool (*holds)(Status), MetricSink& sink) {
  sink.begin_family(family);
  for (const auto probe : all_probes) {
    const std::array labels{MetricLabel{"probe", to_string(probe)}};
    sink.add_sample(labels, truth(holds(snapshot.of(probe).status())));
  }
}

// One series per state: a number for a state would be misread.
void visit_phase(Phase present, MetricSink& sink) {
  sink.begin_family({"vitals_phase", "Whether the service is in this phase of its life."});
  for (const auto phase : {Phase::starting, Phase::serving, Phase::draining}) {
    const std::array labels{MetricLabel{"phase", to_string(phase)}};
    sink.add_sample(labels, truth(phase == present));
  }
}

template <class Integer>
void append_integer(std::string& text, Integer number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

/// Seconds in decimal digits, without the zeros at the end.
void append_seconds(std::string& text, Duration duration) {
  constexpr std::uint64_t second = 1'000'000'000;
  auto rest = static_cast<std::uint64_t>(duration.count());
  if (duration < Duration::zero()) {
    text += '-';
    rest = 0 - rest;
  }
  append_integer(text, rest / second);
  rest %= second;
  if (rest == 0) return;
  text += '.';
  for (auto digit = second / 10; rest != 0; rest %= digit, digit /= 10)
    text += static_cast<char>('0' + static_cast<char>(rest / digit));
}

constexpr auto is_special = [](char c) noexcept { return c == '\\' || c == '"' || c == '\n'; };

void append_escaped(std::string& text, std::string_view value) {
  while (!value.empty()) {
    const auto special = std::find_if(value.begin(), value.end(), is_special);
    const auto plain = static_cast<std::size_t>(special - value.begin());
    text.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) return;
    text += '\\';
    text += value.front() == '\n' ? 'n' : value.front();
    value.remove_prefix(1);
  }
}

class TextSink final : public MetricSink {
 public:
  explicit TextSink(std::string& text) : text_{text} {}

  void begin_family(const MetricFamily& family) override {
    name_ = family.name;
    text_.append("# HELP ").append(name_).append(" ").append(family.help).append("\n");
    text_.append("# TYPE ").append(name_).append(family.type == counter ? " counter\n" : " gauge\n");
  }

  void add_sample(std::span<const MetricLabel> labels, MetricValue value) override {
    text_.append(name_);
    char before = '{';
    for (const auto& label : labels) {
      text_ += before;
      text_.append(label.name).append("=\"");
      append_escaped(text_, label.value);
      text_ += '"';
      before = ',';
    }
    text_.append(labels.empty() ? " " : "} ");
    if (const auto* const number = std::get_if<std::uint64_t>(&value)) append_integer(text_, *number);
    if (const auto* const seconds = std::get_if<Duration>(&value)) append_seconds(text_, *seconds);
    text_ += '\n';
  }

 private:
  std::string& text_;
  std::string_view name_;
};

/// With many checks a string that grows would cost more than what is written into it.
std::size_t likely_size(const Snapshot& snapshot, bool names) {
  std::size_t size = 4096;
  if (!names) return size;
  for (const auto probe : all_probes)
    for (const auto& check : snapshot.of(probe).checks())
      size += check.called ? 640 + check_families.size() * check.name.size() : 128 + 2 * check.name.size();
  return size;
}

}  // namespace

void visit_metrics(const Snapshot& snapshot, bool names, MetricSink& sink) {
  sink.begin_family({"vitals_build_info", "The version of the vitals library."});
  sink.add_sample(std::array{MetricLabel{"version", version()}}, truth(true));
  add_sample(sink, {"vitals_start_time_seconds", "When the registry was made."}, since_epoch(snapshot.started));
  visit_phase(snapshot.phase, sink);
  visit_probes(snapshot, {"vitals_probe_up", "Whether the probe passes or warns."}, is_up, sink);
  visit_probes(
      snapshot, {"vitals_probe_degraded", "Whether the probe warns."},
      [](Status status) { return status == Status::warn; }, sink);
  if (!names) return;
  for (const auto& family : check_families) visit_checks(snapshot, family, sink);
}

std::string metrics_body(const Snapshot& snapshot, bool names) {
  std::string text;
  text.reserve(likely_size(snapshot, names));
  TextSink sink{text};
  visit_metrics(snapshot, names, sink);
  return text;
}

void visit_live_metrics(const RegistryState& state, MetricSink& sink) {
  add_sample(sink, {"vitals_in_flight_work", "Work that the Lifecycle lets end before it stops."},
             std::uint64_t{in_flight_work(state)});
}

void append_live_metrics(std::string& text, const RegistryState& state) {
  TextSink sink{text};
  visit_live_metrics(state, sink);
}

}  // namespace detail
}  // namespace vitals::inline v1
