#include "core_random_questions.hpp"

#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

namespace vitals::inline v1 {
namespace test {

struct Questions::Path {
  const char* target;
  std::vector<Probe> probes;
  const char* accept = "";

  [[nodiscard]] bool verbose() const { return std::string_view{target}.find("verbose") != std::string_view::npos; }
  [[nodiscard]] std::string words() const { return std::string{target} + (*accept == '\0' ? "" : " as JSON"); }
};

namespace {

const EndpointOptions with_details{.details = Callers::anyone};

int code_of(Status status) { return status == Status::fail ? 503 : 200; }

std::string text(Status status) { return std::string{to_string(status)}; }

/// The body without the time when the answer was made.
std::string without_time(const std::string& body) {
  const std::string_view key = R"("time":")";
  const auto begin = body.find(key);
  if (begin == std::string::npos || body.front() != '{') return body;
  const auto end = body.find('"', begin + key.size());
  return body.substr(0, begin) + body.substr(end);
}

/// The body without the counts: each probe that needs a run of an overdue check counts one more failure.
std::string without_counts(std::string body) {
  for (const std::string_view key : {R"("failuresInARow":)", R"("results":)", R"("failures":)", R"("timeouts":)"})
    for (auto at = body.find(key); at != std::string::npos; at = body.find(key, at + 1)) {
      const auto begin = at + key.size();
      body.erase(begin, body.find_first_not_of("0123456789", begin) - begin);
    }
  return body;
}

std::string line_of(const CheckReport& check) {
  const auto reason = check.message.empty() ? "no reason given" : check.message;
  switch (counted(check)) {
    case Status::pass: return "[+]" + check.name + " ok\n";
    case Status::warn: return "[!]" + check.name + " degraded: " + reason + '\n';
    case Status::fail: return "[-]" + check.name + " failed: " + reason + '\n';
  }
  return {};
}

std::string numbers_of(const CheckReport& check) {
  std::string numbers;
  for (const auto number :
       {check.runs, check.failures, check.timeouts, check.failures_in_a_row, check.successes_in_a_row})
    numbers += ' ' + std::to_string(number);
  return numbers;
}

std::string words_of(const CheckReport& check) {
  return check.name + ' ' + text(check.status) + ", " + std::string{to_string(check.condition)} + ", \"" +
         check.message + "\", runs, failures, timeouts, in a row:" + numbers_of(check);
}

}  // namespace

Questions::Questions(HealthRegistry& health, ManualClock clock, ReferenceModel& model, Findings& findings, Dice& dice)
    : health_{health},
      clock_{std::move(clock)},
      model_{model},
      findings_{findings},
      kept_{health, with_details},
      first_path_{dice.roll(paths().size())},
      used_paths_{dice.one_of<std::size_t>({1, 1, 3})} {}

const std::vector<Questions::Path>& Questions::paths() {
  static const std::vector<Path> all{
      {"/healthz", {Probe::liveness}},
      {"/healthz?verbose", {Probe::liveness}},
      {"/ready", {Probe::readiness}},
      {"/ready?verbose", {Probe::readiness}},
      {"/ready", {Probe::readiness}, "application/json"},
      {"/startup", {Probe::startup}},
      {"/startup?verbose", {Probe::startup}},
      {"/health", {Probe::liveness, Probe::readiness, Probe::startup}},
  };
  return all;
}

void Questions::ask_reports() {
  for (const auto probe : all_three_probes) {
    const auto actual = health_.report(probe);
    model_.settle(clock_.now());
    compare(actual, model_.report(probe, clock_.now()));
  }
}

void Questions::compare(const Report& actual, const Report::Data& expected) {
  const auto probe = std::string{to_string(expected.probe)};
  const auto words = [&](Status status, const std::string& reason) { return text(status) + " (" + reason + ')'; };
  const bool same_reason = actual.reason() == expected.reason ||
                           (model_.may_say_overran(expected.probe, clock_.now()) && actual.status() == Status::fail);
  findings_.expect(actual.status() == expected.status && same_reason, [&] {
    return probe + " is " + words(actual.status(), actual.reason()) + ", not " +
           words(expected.status, expected.reason);
  });
  const auto& checks = actual.checks();
  findings_.expect(checks.size() == expected.checks.size(),
                   [&] { return probe + " has " + std::to_string(checks.size()) + " checks"; });
  for (std::size_t i = 0; i < checks.size() && i < expected.checks.size(); ++i) compare(checks[i], expected.checks[i]);
}

// A report that was frozen during a run may or may not mention the run.
void Questions::compare(const CheckReport& actual, const CheckReport& expected) {
  const auto key = [](const CheckReport& check) {
    return std::tie(check.name, check.probe, check.status, check.critical, check.message, check.runs, check.failures,
                    check.timeouts, check.failures_in_a_row, check.successes_in_a_row);
  };
  const bool either =
      model_.frozen(expected.probe) && expected.condition == Condition::running && actual.condition == Condition::fresh;
  findings_.expect(key(actual) == key(expected) && (actual.condition == expected.condition || either),
                   [&] { return "reported " + words_of(actual) + "\n     and not " + words_of(expected); });
}

void Questions::ask_path(Dice& dice) {
  const auto number = first_path_ + dice.roll(used_paths_);
  ask(paths()[number % paths().size()], dice.chance(10));
}

void Questions::ask(const Path& path, bool compare) {
  const auto reply = kept_.handle({.target = path.target, .accept = path.accept});
  model_.ask(path.probes, nullptr, clock_.now());
  auto worst = Status::pass;
  for (const auto probe : path.probes) worst = worse(worst, model_.report(probe, clock_.now()).status);
  findings_.expect(reply && reply->status == code_of(worst), [&] {
    return path.words() + " answers " + std::to_string(reply ? reply->status : 0) + ", not " +
           std::to_string(code_of(worst));
  });
  if (!reply) return;
  if (path.verbose()) compare_lines(reply->body, model_.report(path.probes.front(), clock_.now()));
  if (compare) compare_with_fresh(path, *reply);
}

void Questions::compare_with_fresh(const Path& path, const HttpResponse& kept) {
  const Endpoint endpoint{health_, with_details};
  const auto fresh = endpoint.handle({.target = path.target, .accept = path.accept});
  model_.ask(path.probes, nullptr, clock_.now());
  const bool same = fresh && fresh->status == kept.status && fresh->headers == kept.headers &&
                    without_counts(without_time(fresh->body)) == without_counts(without_time(kept.body));
  findings_.expect(same, [&] {
    return path.words() + ": a kept endpoint answers " + std::to_string(kept.status) + ' ' + kept.body +
           "\n     and a fresh one " + (fresh ? std::to_string(fresh->status) + ' ' + fresh->body : "nothing");
  });
}

// One line per check, then perhaps others, and the verdict.
void Questions::compare_lines(const std::string& body, const Report::Data& expected) {
  std::string lines;
  for (const auto& check : expected.checks) lines += line_of(check);
  const std::string_view verdict = expected.status == Status::fail ? "Service Unavailable\n" : "OK\n";
  const bool same = body.starts_with(lines) && body.ends_with(verdict);
  findings_.expect(same, [&] {
    return std::string{to_string(expected.probe)} + " says:\n" + body + "     and not:\n" + lines +
           std::string{verdict};
  });
}

void Questions::ask_check(std::string_view name, Dice& dice) {
  const auto now = clock_.now();
  const CheckFacts* facts = nullptr;
  for (const auto& check : model_.checks())
    if (check->name == name) facts = check.get();
  const std::string path = dice.chance(50) ? "/health" : "/ready";
  const bool known = facts && (path == "/health" || facts->probe == Probe::readiness);

  const auto reply = kept_.handle({.target = path + '/' + std::string{name}});
  if (known) model_.ask({}, facts, now);
  model_.settle(now);
  const auto expected = known ? model_.report(name, now) : std::nullopt;
  const int code = expected ? code_of(expected->status) : 404;
  findings_.expect(reply && reply->status == code, [&] {
    return path + '/' + std::string{name} + " answers " + std::to_string(reply ? reply->status : 0) + ", not " +
           std::to_string(code);
  });
}

}  // namespace test
}  // namespace vitals::inline v1
