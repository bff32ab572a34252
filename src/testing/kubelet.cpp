#include <algorithm>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <vitals/testing/kubelet.hpp>

#include "core/state/probes.hpp"
#include "core/state/runs.hpp"
#include "http/answers.hpp"
#include "testing/probe_worker.hpp"

namespace vitals::inline v1 {

namespace test {
namespace {

using detail::ProbeResult;
using detail::ProbeWorker;

constexpr Duration longest_step = std::chrono::milliseconds{100};

/// A request that isn't answered yet.
struct Request {
  SteadyTime asked;
  std::optional<detail::Question> question;  ///< Nothing: the endpoint doesn't have the path.
};

struct Prober {
  ProbeWorker worker;
  std::optional<Request> request = std::nullopt;
};

struct Answer {
  bool success = false;
  std::string text = {};
};

}  // namespace

/// The pod, and the kubelet's state of it.
///
/// No function waits. Where a server would wait for runs, the request stays open while the clock is advanced.
class Kubelet::Pod {
 public:
  Pod(StartContainer start, ManualClock clock, const ContainerProbes& probes, EndpointOptions options)
      : start_{std::move(start)}, clock_{std::move(clock)}, options_{std::move(options)}, begin_{clock_.now()} {
    const auto add = [&](Probe probe, const std::optional<HttpGetProbe>& spec) {
      if (spec) probers_.push_back({ProbeWorker{probe, *spec, begin_}});
    };
    if (!start_) throw std::invalid_argument{"vitals: Kubelet: the function that starts containers must not be empty"};
    add(Probe::liveness, probes.liveness);
    add(Probe::startup, probes.startup);
    add(Probe::readiness, probes.readiness);
    start_container();
    container_.started = succeeded(Probe::startup);
    ready_ = container_.started && succeeded(Probe::readiness);
  }

  void advance(Duration duration) {
    if (duration < Duration::zero()) throw std::invalid_argument{"vitals: Kubelet: time doesn't go back"};
    require_manual_time();
    const auto end = clock_.now() + duration;
    while (true) {
      detail::run_due(*state_);
      probe();
      const auto now = clock_.now();
      if (now >= end) return;
      clock_.advance(std::min(end, next_stop(now)) - now);
    }
  }

  void crash() {
    if (container_.terminating) return;  // the kubelet doesn't restart it then
    replace_container("the process has ended");
    record_changes("the container was replaced");
  }

  void terminate() { container_.terminating = true; }

  [[nodiscard]] bool started() const noexcept { return container_.started; }
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] int restarts() const noexcept { return restarts_; }
  [[nodiscard]] std::optional<Duration> restarted_at() const noexcept { return restarted_at_; }
  [[nodiscard]] const std::vector<KubeletEvent>& events() const noexcept { return events_; }

 private:
  void start_container() {
    state_ = detail::state_of(start_());
    require_manual_time();
    answers_ = std::make_unique<detail::Answers>(state_, options_);
    container_.started_at = clock_.now();
  }

  /// Only advance() may move the time and start runs.
  void require_manual_time() const {
    if (state_->clock() != Clock{clock_})
      throw std::invalid_argument{"vitals: Kubelet: the registry has another clock"};
    if (detail::has_runner(*state_))
      throw std::invalid_argument{"vitals: Kubelet: the registry has a Runner or a started server"};
  }

  /// True if the probe's result is success, or there is no such probe.
  [[nodiscard]] bool succeeded(Probe probe) const noexcept {
    return std::ranges::none_of(probers_, [&](const Prober& prober) {
      return prober.worker.probe() == probe && prober.worker.result() != ProbeResult::success;
    });
  }

  [[nodiscard]] SteadyTime next_stop(SteadyTime now) const {
    auto stop = std::min(now + longest_step, std::max(now, clock_.next_call()));
    for (const auto& [worker, request] : probers_)
      stop = std::min(stop, request ? std::min(answered_at(*request), given_up_at(worker, *request))
                                    : std::max(now, worker.next_turn()));
    return stop;
  }

  [[nodiscard]] SteadyTime answered_at(const Request& request) const {
    const auto& [asked, question] = request;
    if (!question) return asked;
    return detail::answered_at(*state_, detail::needs_of(*question), question->check, asked);
  }

  [[nodiscard]] static SteadyTime given_up_at(const ProbeWorker& worker, const Request& request) {
    return request.asked + worker.spec().timeout;
  }

  /// Takes the answers that are due, and begins new requests.
  void probe() {
    const auto restarts = restarts_;
    for (auto& prober : probers_) {
      if (prober.request && !take_answer(prober)) continue;
      const auto now = clock_.now();
      // After a restart, probes whose turn is at the same moment skip it: they ask the new container at their next
      // turn.
      if (prober.worker.next_turn() > now || !prober.worker.take_turn(container_, now) || restarts_ != restarts)
        continue;
      prober.request = ask(prober.worker.spec());
      (void)take_answer(prober);
    }
    record_changes("the pod terminates");
  }

  [[nodiscard]] Request ask(const HttpGetProbe& spec) const {
    Request request{clock_.now(), answers_->question({.target = spec.path, .accept = "*/*"})};
    if (auto& question = request.question; question && question->one_check && question->check.empty()) question.reset();
    if (request.question) {
      (void)answers_->begin(*request.question, [] { return [] {}; });  // makes the checks due that the answer needs
      detail::run_due(*state_);
    }
    return request;
  }

  /// False while a server would wait for runs.
  [[nodiscard]] bool take_answer(Prober& prober) {
    auto& [worker, request] = prober;
    const auto answered = answered_at(*request);
    const auto given_up = given_up_at(worker, *request);
    if (clock_.now() < std::min(answered, given_up)) return false;

    const auto answer = answered < given_up ? read(*request) : no_answer(worker.spec());
    request.reset();
    worker.record(answer.success);
    auto why = std::string{to_string(worker.probe())} + ": " + answer.text;
    if (!answer.success) why += ", " + std::to_string(worker.spec().failure_threshold) + " in a row";
    if (worker.on_hold()) {
      replace_container(why);
      why = "the container was replaced";
    }
    record_changes(why);
    return true;
  }

  [[nodiscard]] Answer read(const Request& request) const {
    constexpr int not_found = 404;  // a server's answer for an unknown path
    const int status = request.question ? answers_->answer(*request.question).status : not_found;
    return {status >= 200 && status < 400, "status " + std::to_string(status)};
  }

  [[nodiscard]] static Answer no_answer(const HttpGetProbe& spec) {
    return {false, "no answer within " + std::to_string(spec.timeout.count()) + " s"};
  }

  void replace_container(const std::string& why) {
    ++restarts_;
    restarted_at_ = clock_.now() - begin_;
    events_.push_back({*restarted_at_, KubeletEvent::Kind::restarted, why});
    for (auto& [worker, question] : probers_) {
      worker.replace_container();
      question.reset();
    }
    start_container();
  }

  /// Adds an event for each change of `started` and `ready`.
  void record_changes(const std::string& why) {
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
  std::vector<Prober> probers_;
  std::shared_ptr<detail::RegistryState> state_;
  std::unique_ptr<detail::Answers> answers_;
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

void Kubelet::crash() { pod_->crash(); }

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

std::ostream& operator<<(std::ostream& out, KubeletEvent::Kind kind) { return out << to_string(kind); }

std::ostream& operator<<(std::ostream& out, const KubeletEvent& event) {
  const auto at = std::chrono::round<std::chrono::milliseconds>(event.at).count();
  const auto thousandths = std::to_string(1000 + at % 1000).substr(1);
  return out << std::to_string(at / 1000) + '.' + thousandths + " s: " + std::string{to_string(event.kind)} + " (" +
                    event.message + ')';
}

}  // namespace test
}  // namespace vitals::inline v1
