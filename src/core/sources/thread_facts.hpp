#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/check_result.hpp>
#include <vitals/clock.hpp>

namespace vitals::inline v1 {
namespace detail {

/// The texts of /proc/self/task/TID, as proc(5) describes them. Those that can't be read are empty.
struct ThreadTexts {
  std::string stat = {};
  std::string schedstat = {};
  std::string syscall = {};
  std::string wchan = {};
};

/// What these texts say about a thread at one moment.
struct ThreadFacts {
  SteadyTime at = {};  ///< By the system's clock.
  std::string name = {};
  char state = '?';           ///< As in stat: R, S, D, T, t, Z, X.
  std::uint64_t started = 0;  ///< In clock ticks since boot: distinguishes it from a later thread with its number.
  Duration cpu_time = Duration::zero();
  /// Time spent ready to run, waiting for a CPU. The kernel adds a wait when it ends.
  std::optional<Duration> run_delay = std::nullopt;
  std::uint64_t turns = 0;        ///< How often it was given a CPU.
  std::string system_call = {};   ///< That it is blocked in. Empty: none, or unknown.
  std::string kernel_place = {};  ///< The kernel function in which it is blocked. Empty: none, or unknown.
};

/// nullopt if `texts.stat` isn't what proc(5) describes.
[[nodiscard]] std::optional<ThreadFacts> facts_of(const ThreadTexts& texts, SteadyTime at);

/// `read`, or `system call 9999` if its name is unknown, for the line `0 0x3 0x7f3bc620d000 ...`. Empty if the thread isn't blocked in a system call.
[[nodiscard]] std::string system_call_in(std::string_view line);

enum class ThreadState {
  running,   ///< Ready to run; what it did before isn't known.
  spinning,  ///< It uses CPU time and doesn't wait for anything but a CPU.
  starved,   ///< Ready to run, but it hardly gets a CPU.
  blocked,   ///< It waits for something else than a CPU.
  stopped,   ///< By a signal such as SIGSTOP.
  traced,    ///< By a debugger.
  ended,
};
[[nodiscard]] std::string_view to_string(ThreadState state) noexcept;

/// What a thread did between two looks.
struct ThreadSpan {
  Duration length;
  Duration cpu_time;
  std::optional<Duration> run_delay;
};

/// Where a thread is. `span` is missing after the first look.
struct Whereabouts {
  ThreadState state = ThreadState::ended;
  std::uint64_t thread = 0;
  ThreadFacts facts = {};
  std::optional<ThreadSpan> span = std::nullopt;
};

/// Pure. @param before  An earlier look at the same thread, or null.
[[nodiscard]] Whereabouts whereabouts_of(std::uint64_t thread, const ThreadFacts& facts, const ThreadFacts* before);

/// As in `thread 71 "feed" is blocked in futex; in the last 2 s it used 0 ms of CPU time and waited 0 ms for a CPU`.
[[nodiscard]] std::string words_for(const Whereabouts& whereabouts);

/// Adds `thread`, `thread_name`, `thread_state`, `syscall`, `wchan`, `cpu_time`, `run_delay` and `observed_for`.
void add_data(CheckResult& result, const Whereabouts& whereabouts);

}  // namespace detail
}  // namespace vitals::inline v1
