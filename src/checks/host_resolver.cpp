#include "checks/host_resolver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <netdb.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "checks/quiet_thread.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

HostResolver::Answer look_up(const std::string& name, int flags) {
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

}  // namespace

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

HostResolver::Answers HostResolver::resolve(const std::vector<std::string>& names, const RunLimit& limit,
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

std::shared_ptr<HostResolver::Work> HostResolver::join_or_start(const std::vector<std::string>& names) {
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
std::vector<std::string> HostResolver::in_order(const std::vector<std::string>& names) const {
  std::vector<std::string> order;
  for (const std::string& name : names)
    if (std::ranges::count(late_, name) + std::ranges::count(order, name) == 0) order.push_back(name);
  for (const std::string& name : late_)
    if (std::ranges::count(names, name) != 0) order.push_back(name);
  return order;
}

void HostResolver::put_last(const std::string& name) {
  const std::scoped_lock lock{mutex_};
  std::erase(late_, name);
  late_.push_back(name);
}

std::string numeric_address(const std::string& host) {
  const HostResolver::Answer answer = look_up(host, AI_NUMERICHOST);
  return answer.addresses.empty() ? "" : answer.addresses.front();
}

}  // namespace detail
}  // namespace vitals::inline v1
