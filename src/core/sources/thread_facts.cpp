#include "core/sources/thread_facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <vector>

#include "core/base/system_call_name.hpp"
#include "core/base/text.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using namespace std::chrono_literals;

constexpr Duration clock_tick = 10ms;  // USER_HZ, the unit of stat, is 100 on all processors of today

std::vector<std::string_view> fields_of(std::string_view text) {
  constexpr auto space = " \n";
  std::vector<std::string_view> fields;
  for (auto begin = text.find_first_not_of(space); begin != std::string_view::npos;) {
    const auto end = std::min(text.find_first_of(space, begin), text.size());
    fields.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(space, end);
  }
  return fields;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{number} : std::nullopt;
}

bool is_word(std::string_view text) {
  return std::ranges::any_of(text, [](char each) { return each < '0' || each > '9'; });
}

void add_schedstat(ThreadFacts& facts, std::string_view text) {
  const auto fields = fields_of(text);
  if (fields.size() != 3) return;
  const auto cpu_time = number_in<Duration::rep>(fields[0]);
  const auto run_delay = number_in<Duration::rep>(fields[1]);
  const auto turns = number_in<std::uint64_t>(fields[2]);
  if (!cpu_time || !run_delay || !turns) return;
  facts.cpu_time = Duration{*cpu_time};
  facts.run_delay = Duration{*run_delay};
  facts.turns = *turns;
}

// A wait for a CPU that still lasts isn't in run_delay. If the thread was ready at both looks and was given no CPU in
// between, all the time in which it didn't run was such a wait.
ThreadSpan span_of(const ThreadFacts& facts, const ThreadFacts& before) {
  ThreadSpan span{.length = facts.at - before.at, .cpu_time = facts.cpu_time - before.cpu_time, .run_delay = {}};
  if (!facts.run_delay || !before.run_delay) return span;
  span.run_delay = *facts.run_delay - *before.run_delay;
  if (facts.state == 'R' && before.state == 'R' && facts.turns == before.turns)
    span.run_delay = std::max(*span.run_delay, span.length - span.cpu_time);
  return span;
}

ThreadState state_of(const ThreadFacts& facts, const std::optional<ThreadSpan>& span) {
  switch (facts.state) {
    case 'T': return ThreadState::stopped;
    case 't': return ThreadState::traced;
    case 'Z':
    case 'X':
    case 'x': return ThreadState::ended;
    default: break;
  }
  const bool ready = facts.state == 'R';
  const auto unknown = ready ? ThreadState::running : ThreadState::blocked;
  if (!span) return unknown;
  const auto run_delay = span->run_delay.value_or(Duration::zero());
  if (ready && span->cpu_time * 10 < span->length && run_delay * 2 >= span->length) return ThreadState::starved;
  const auto runnable = ready ? span->cpu_time + run_delay : span->cpu_time;
  return runnable * 2 >= span->length ? ThreadState::spinning : unknown;
}

std::string blocked_in(const ThreadFacts& facts) {
  std::string words;
  if (facts.state == 'D') words += ", and can't be interrupted,";
  if (!facts.system_call.empty()) words += " in " + facts.system_call;
  if (!facts.kernel_place.empty()) words += " (" + facts.kernel_place + ")";
  return words;
}

}  // namespace

std::optional<ThreadFacts> facts_of(const ThreadTexts& texts, SteadyTime at) {
  const std::string_view stat = texts.stat;
  const auto open = stat.find('(');
  const auto close = stat.rfind(')');  // the name may contain one
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  const auto fields = fields_of(stat.substr(close + 1));
  constexpr std::size_t state = 0, user_time = 11, system_time = 12, start_time = 19;  // less 3: those of proc(5)
  if (fields.size() <= start_time || fields[state].size() != 1) return std::nullopt;
  const auto user = number_in<Duration::rep>(fields[user_time]);
  const auto system = number_in<Duration::rep>(fields[system_time]);
  const auto started = number_in<std::uint64_t>(fields[start_time]);
  if (!user || !system || !started) return std::nullopt;

  ThreadFacts facts{.at = at,
                    .name = std::string{stat.substr(open + 1, close - open - 1)},
                    .state = fields[state].front(),
                    .started = *started,
                    .cpu_time = (*user + *system) * clock_tick};
  add_schedstat(facts, texts.schedstat);
  facts.system_call = system_call_in(texts.syscall);
  if (is_word(texts.wchan)) facts.kernel_place = texts.wchan;
  return facts;
}

// The first field is the number, `running`, or -1 for a thread that is blocked outside of system calls.
std::string system_call_in(std::string_view line) {
  const auto number = number_in<long>(line.substr(0, line.find(' ')));
  if (!number || *number < 0) return {};
  const auto name = system_call_name(*number);
  return name.empty() ? "system call " + std::to_string(*number) : std::string{name};
}

std::string_view to_string(ThreadState state) noexcept {
  switch (state) {
    case ThreadState::running: return "running";
    case ThreadState::spinning: return "spinning";
    case ThreadState::starved: return "starved";
    case ThreadState::blocked: return "blocked";
    case ThreadState::stopped: return "stopped";
    case ThreadState::traced: return "stopped by a debugger";
    case ThreadState::ended: return "ended";
  }
  return "ended";
}

Whereabouts whereabouts_of(std::uint64_t thread, const ThreadFacts& facts, const ThreadFacts* before) {
  const auto span = before != nullptr && before->at < facts.at ? std::optional{span_of(facts, *before)} : std::nullopt;
  return {.state = state_of(facts, span), .thread = thread, .facts = facts, .span = span};
}

std::string words_for(const Whereabouts& whereabouts) {
  const auto& [state, thread, facts, span] = whereabouts;
  auto words = "thread " + std::to_string(thread);
  if (!facts.name.empty()) words += " \"" + facts.name + "\"";
  words += (state == ThreadState::ended ? " has " : " is ") + std::string{to_string(state)};
  if (state == ThreadState::blocked) words += blocked_in(facts);
  if (!span || state == ThreadState::ended) return words;
  words += "; in the last " + spoken_span(span->length) + " it used " + spoken_span(span->cpu_time) + " of CPU time";
  if (span->run_delay) words += " and waited " + spoken_span(*span->run_delay) + " for a CPU";
  return words;
}

void add_data(CheckResult& result, const Whereabouts& whereabouts) {
  const auto& [state, thread, facts, span] = whereabouts;
  const auto rounded = [](Duration duration) { return std::chrono::floor<std::chrono::milliseconds>(duration); };
  result.with("thread", thread).with("thread_state", to_string(state));
  if (!facts.name.empty()) result.with("thread_name", facts.name);
  if (!facts.system_call.empty()) result.with("syscall", facts.system_call);
  if (!facts.kernel_place.empty()) result.with("wchan", facts.kernel_place);
  if (!span) return;
  result.with("cpu_time", rounded(span->cpu_time)).with("observed_for", rounded(span->length));
  if (span->run_delay) result.with("run_delay", rounded(*span->run_delay));
}

}  // namespace detail
}  // namespace vitals::inline v1
