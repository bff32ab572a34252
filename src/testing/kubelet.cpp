#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/testing/kubelet.hpp>

#include "testing/probe_worker.hpp"

namespace vitals::inline v1 {

namespace test {
namespace {

using detail::ProbeResult;
using detail::ProbeWorker;

constexpr Duration longest_step = std::chrono::milliseconds{100};

}  // namespace

/// The pod, and what the kubelet knows of it.
class Kubelet::Pod {
 public:
  Pod(StartContainer start, ManualClock clock, const ContainerProbes& probes, EndpointOptions options)
      : start_{std::move(start)}, clock_{std::move(clock)}, options_{std::move(options)}, begin_{clock_.now()} {
    const auto add = [&](Probe probe, const std::optional<HttpGetProbe>& spec) {
      if (spec) workers_.emplace_back(probe, *spec, begin_);
    };
    add(Probe::liveness, probes.liveness);
    add(Probe::startup, probes.startup);
    add(Probe::readiness, probes.readiness);
    start_container();
    container_.started = succeeded(Probe::startup);
    ready_ = container_.started && succeeded(Probe::readiness);
  }

  void advance(Duration duration) {
    if (duration < Duration::zero()) throw std::invalid_argument{"vitals: Kubelet: time doesn't go back"};
    const auto end = clock_.now() + duration;
    while (true) {
      registry_->run_due();
      take_turns();
      const auto now = clock_.now();
      if (now >= end) return;
      clock_.advance(std::min(end, next_stop(now)) - now);
    }
  }

  void terminate() { container_.terminating = true; }

  [[nodiscard]] bool started() const noexcept { return container_.started; }
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] int restarts() const noexcept { return restarts_; }
  [[nodiscard]] std::optional<Duration> restarted_at() const noexcept { return restarted_at_; }
  [[nodiscard]] const std::vector<KubeletEvent>& events() const noexcept { return events_; }

 private:
  struct Answer {
    bool success = false;
    std::string words = {};
  };

  void start_container() {
    registry_ = &start_();
    endpoint_.emplace(*registry_, options_);
    container_.started_at = clock_.now();
  }

  /// Whether this probe says success, or there is none.
  [[nodiscard]] bool succeeded(Probe probe) const noexcept {
    return std::ranges::none_of(workers_, [&](const ProbeWorker& worker) {
      return worker.probe() == probe && worker.result() != ProbeResult::success;
    });
  }

  [[nodiscard]] SteadyTime next_stop(SteadyTime now) const {
    auto stop = now + longest_step;
    for (const auto& worker : workers_) stop = std::min(stop, std::max(now, worker.next_turn()));
    return stop;
  }

  void take_turns() {
    const auto now = clock_.now();
    bool replaced = false;
    for (auto& worker : workers_) {
      // After a restart, those whose turn is at the same moment ask the new container with their next one.
      if (worker.next_turn() > now || !worker.take_turn(container_, now) || replaced) continue;
      const auto answer = ask(worker.spec());
      worker.record(answer.success);
      auto words = std::string{to_string(worker.probe())} + ": " + answer.words;
      if (!answer.success) words += ", " + std::to_string(worker.spec().failure_threshold) + " in a row";
      replaced = worker.on_hold();
      if (replaced) replace_container(words);
      tell(replaced ? "the container was replaced" : words);
    }
    tell("the pod terminates");
  }

  Answer ask(const HttpGetProbe& spec) {
    const Request request{.target = spec.path, .accept = "*/*"};
    const auto begin = clock_.now();
    (void)endpoint_->handle(request);  // makes due what the probe needs; beside a server, a Runner would run it
    registry_->run_due();
    const auto reply = endpoint_->handle(request);
    if (clock_.now() - begin >= spec.timeout)
      return {false, "no answer within " + std::to_string(spec.timeout.count()) + " s"};
    constexpr int not_found = 404;  // what a server says of a foreign path
    const int status = reply ? reply->status : not_found;
    return {status >= 200 && status < 400, "status " + std::to_string(status)};
  }

  void replace_container(const std::string& why) {
    ++restarts_;
    restarted_at_ = clock_.now() - begin_;
    events_.push_back({*restarted_at_, KubeletEvent::Kind::restarted, why});
    for (auto& worker : workers_) worker.replace_container();
    start_container();
  }

  /// Notes what has become of the container.
  void tell(const std::string& why) {
    const bool started = succeeded(Probe::startup);
    const bool ready = started && succeeded(Probe::readiness);
    const auto at = clock_.now() - begin_;
    if (!std::exchange(container_.started, started) && started)
      events_.push_back({at, KubeletEvent::Kind::started, why});
    if (std::exchange(ready_, ready) != ready)
      events_.push_back({at, ready ? KubeletEvent::Kind::ready : KubeletEvent::Kind::unready, why});
  }

  StartContainer start_;
  ManualClock clock_;
  EndpointOptions options_;
  SteadyTime begin_;
  std::vector<ProbeWorker> workers_;
  HealthRegistry* registry_ = nullptr;
  std::optional<Endpoint> endpoint_;
  detail::ContainerState container_;
  bool ready_ = false;
  int restarts_ = 0;
  std::optional<Duration> restarted_at_;
  std::vector<KubeletEvent> events_;
};

Kubelet::Kubelet(HealthRegistry& registry, ManualClock clock, ContainerProbes probes, EndpointOptions options)
    : Kubelet{[&registry]() -> HealthRegistry& { return registry; }, std::move(clock), std::move(probes),
              std::move(options)} {}

Kubelet::Kubelet(StartContainer start, ManualClock clock, ContainerProbes probes, EndpointOptions options)
    : pod_{std::make_unique<Pod>(std::move(start), std::move(clock), probes, std::move(options))} {}

Kubelet::~Kubelet() = default;

void Kubelet::advance(Duration duration) { pod_->advance(duration); }

void Kubelet::terminate() { pod_->terminate(); }

bool Kubelet::started() const noexcept { return pod_->started(); }

bool Kubelet::ready() const noexcept { return pod_->ready(); }

int Kubelet::restarts() const noexcept { return pod_->restarts(); }

std::optional<Duration> Kubelet::restarted_at() const noexcept { return pod_->restarted_at(); }

const std::vector<KubeletEvent>& Kubelet::events() const noexcept { return pod_->events(); }

std::string_view to_string(KubeletEvent::Kind kind) noexcept {
  switch (kind) {
    case KubeletEvent::Kind::started: return "started";
    case KubeletEvent::Kind::ready: return "ready";
    case KubeletEvent::Kind::unready: return "unready";
    case KubeletEvent::Kind::restarted: return "restarted";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const KubeletEvent& event) {
  const auto at = std::chrono::round<std::chrono::milliseconds>(event.at).count();
  const auto thousandths = std::to_string(1000 + at % 1000).substr(1);
  return out << std::to_string(at / 1000) + '.' + thousandths + " s: " + std::string{to_string(event.kind)} + " (" +
                    event.message + ')';
}

}  // namespace test
}  // namespace vitals::inline v1
