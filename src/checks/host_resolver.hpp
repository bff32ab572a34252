#pragma once

// All of it is inline: each library of a check that connects has it, and a program may link several.

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <string>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "checks/quiet_thread.hpp"
#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// Resolves host names within a time limit.
///
/// getaddrinfo() can't be interrupted, and a silent name server blocks it for tens of seconds. So it is called on a
/// thread of its own. Each resolver has at most one; other runs wait for it meanwhile, within their limits.
///
/// One silent name therefore holds up those behind it until the C library gives up. The next run gets the answers that
/// the thread has found by then, and from then on that name is looked up last.
class HostResolver {
 public:
  struct Answer {
    std::vector<std::string> addresses = {};  ///< Numeric, in the order in which to try them.
    std::string error = {};                   ///< Set if there are no addresses.
  };
  /// By name. A missing name isn't resolved yet.
  using Answers = std::map<std::string, Answer>;
  enum class Wanted {
    all_answers,  ///< The addresses or the error of every name.
    an_address,   ///< An address of any name.
  };

  /// Waits until the wanted answers are known, but ends when all names are looked up, at `until`, or at the run's
  /// limit.
  /// @returns All answers that are known then.
  Answers resolve(const std::vector<std::string>& names, const RunLimit& limit, RunLimit::Time until, Wanted wanted);

 private:
  struct Work;

  std::shared_ptr<Work> join_or_start(const std::vector<std::string>& names);
  std::vector<std::string> in_order(const std::vector<std::string>& names) const;
  void put_last(const std::string& name);

  std::mutex mutex_;
  std::shared_ptr<Work> work_;
  std::vector<std::string> late_;  ///< Names for which a run has waited in vain, the most recent one last.
};

inline HostResolver::Answer look_up(const std::string& name, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (error != 0) return {.error = error == EAI_SYSTEM ? std::generic_category().message(errno) : gai_strerror(error)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list{found, &::freeaddrinfo};
  HostResolver::Answer answer;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      answer.addresses.emplace_back(text.data());
  }
  if (answer.addresses.empty()) answer.error = gai_strerror(EAI_NONAME);
  return answer;
}

/// The work of one thread. It may outlive the resolver.
struct HostResolver::Work {
  explicit Work(std::vector<std::string> to_resolve) : names{std::move(to_resolve)}, answers(names.size()) {}

  /// The body of a thread: an exception would end the process.
  void run() noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
      Answer answer;
      try {
        answer = look_up(names[i], 0);
      } catch (const std::exception&) {
        answer.error = "out of memory";  // short enough not to allocate
      }
      const std::scoped_lock lock{mutex};
      answers[i] = std::move(answer);
      ++answered;
      changed.notify_all();
    }
  }
  [[nodiscard]] bool is_done() const { return answered == names.size(); }
  [[nodiscard]] bool is_for(const std::vector<std::string>& wanted) const {
    return std::ranges::all_of(wanted, [this](const auto& name) { return std::ranges::count(names, name) != 0; });
  }
  [[nodiscard]] bool has_address() const {
    return std::ranges::any_of(answers, [](const Answer& answer) { return !answer.addresses.empty(); });
  }
  [[nodiscard]] Answers known() const {
    Answers all;
    for (std::size_t i = 0; i < answered; ++i) all[names[i]] = answers[i];
    return all;
  }

  const std::vector<std::string> names;  // without duplicates
  const pid_t process = ::getpid();
  std::mutex mutex;
  std::condition_variable_any changed;
  std::vector<Answer> answers;  // the first `answered` ones are known
  std::size_t answered = 0;
  bool is_used = false;  // a run has got all answers
};

inline HostResolver::Answers HostResolver::resolve(const std::vector<std::string>& names, const RunLimit& limit,
                                                   RunLimit::Time until, Wanted wanted) {
  for (;;) {
    const auto work = join_or_start(names);
    std::unique_lock lock{work->mutex};
    const bool is_mine = work->is_for(names);
    const auto is_enough = [&] {
      return work->is_done() || (is_mine && wanted == Wanted::an_address && work->has_address());
    };
    if (!limit.wait(lock, work->changed, until, is_enough)) {
      Answers known = work->known();
      const std::string& current = work->names[work->answered];
      lock.unlock();
      put_last(current);
      return known;
    }
    if (work->is_done()) work->is_used = true;
    if (is_mine) return work->known();  // else the thread has resolved other names, for another run
  }
}

inline std::shared_ptr<HostResolver::Work> HostResolver::join_or_start(const std::vector<std::string>& names) {
  const std::scoped_lock lock{mutex_};
  // A forked child has a copy of the work but not its thread. The copy leaks: the thread's reference is never released.
  if (work_ != nullptr && work_->process != ::getpid()) work_ = nullptr;
  if (work_ != nullptr) {
    // Answers that came after the last run had ended are for this one: otherwise lookups that take longer than a run
    // would always be lost.
    const std::scoped_lock work_lock{work_->mutex};
    if (!work_->is_done() || !work_->is_used) return work_;
  }
  auto work = std::make_shared<Work>(in_order(names));
  quiet_thread([work] { work->run(); }).detach();
  work_ = std::move(work);
  return work_;
}

/// Without duplicates. Names that took too long before come last, because a silent one holds up all names behind it.
inline std::vector<std::string> HostResolver::in_order(const std::vector<std::string>& names) const {
  std::vector<std::string> order;
  for (const std::string& name : names)
    if (std::ranges::count(late_, name) + std::ranges::count(order, name) == 0) order.push_back(name);
  for (const std::string& name : late_)
    if (std::ranges::count(names, name) != 0) order.push_back(name);
  return order;
}

inline void HostResolver::put_last(const std::string& name) {
  const std::scoped_lock lock{mutex_};
  std::erase(late_, name);
  late_.push_back(name);
}

/// The numeric form of `host` if it is an address, else empty. Never blocks.
[[nodiscard]] inline std::string numeric_address(const std::string& host) {
  const HostResolver::Answer answer = look_up(host, AI_NUMERICHOST);
  return answer.addresses.empty() ? "" : answer.addresses.front();
}

}  // namespace detail
}  // namespace vitals::inline v1
