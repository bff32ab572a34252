#include "lifecycle/signal_inbox.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>

#include <vitals/process_owner.hpp>

#include "lifecycle/signal_requests.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

using PlainHandler = void (*)(int);
using InfoHandler = void (*)(int, siginfo_t*, void*);

/// One signal of the process. What a handler accesses is atomic; `slots_mutex` guards the rest.
struct Slot {
  ProcessOwner process;  // of the owner
  std::atomic<Wake*> owner = nullptr;
  SignalRequests requests;
  std::atomic<int> caught = 0;    // requests that haven't been taken
  std::atomic<int> handling = 0;  // handlers that may still use the owner
  std::atomic<PlainHandler> plain_before = nullptr;
  std::atomic<InfoHandler> info_before = nullptr;
  struct sigaction before = {};
};

/// Guards the slots. Not a mutex: if a thread holds it while the process forks, the child doesn't have that thread.
class SlotsLock {
 public:
  void lock() noexcept {
    const long self = ::getpid();
    for (long holder = 0; !holder_.compare_exchange_weak(holder, self);) {
      if (holder != self) continue;  // free by now, or held by a thread of another process: it can be taken
      std::this_thread::yield();
      holder = 0;
    }
  }
  void unlock() noexcept { holder_.store(0); }

 private:
  std::atomic<long> holder_ = 0;
};

constexpr int slot_count = 65;  // signals are numbered from 1 to 64
std::array<Slot, slot_count> slots;
SlotsLock slots_mutex;

/// The signals whose handler this thread is in, one bit per signal. Initial-exec, since another TLS model may allocate.
[[gnu::tls_model("initial-exec")]] thread_local constinit std::uint64_t inside = 0;

Slot& slot_of(int number) noexcept { return slots[static_cast<std::size_t>(number)]; }

void end_process(int number) noexcept {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  ::sigaction(number, &action, nullptr);
  ::raise(number);  // pending until the handler returns
}

/// Async-signal-safe.
void handle(int number, siginfo_t* info, void* context) {
  const int error = errno;
  Slot& slot = slot_of(number);
  const auto bit = std::uint64_t{1} << (number - 1);
  if ((inside & bit) != 0) return;  // called by a handler that was called from here
  inside |= bit;

  ++slot.handling;  // before the owner is read: restore() waits for this
  Wake* const owner = slot.process.is_another() ? nullptr : slot.owner.load();
  if (owner != nullptr && slot.requests.count(std::chrono::steady_clock::now())) {
    ++slot.caught;
    owner->notify();
  }
  --slot.handling;

  if (const auto informed = slot.info_before.load())
    informed(number, info, context);
  else if (const auto plain = slot.plain_before.load(); plain != SIG_DFL && plain != SIG_IGN)
    plain(number);
  else if (owner == nullptr && plain == SIG_DFL)
    end_process(number);
  inside &= ~bit;
  errno = error;
}

bool is_ours(const struct sigaction& action) noexcept {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == handle;
}

/// Installs our handler and remembers the present one. False if the system refuses.
bool install(int number) noexcept {
  Slot& slot = slot_of(number);
  struct sigaction present = {};
  if (::sigaction(number, nullptr, &present) != 0) return false;
  if (is_ours(present)) return true;
  const bool informed = (present.sa_flags & SA_SIGINFO) != 0;
  const bool handled = informed || (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN);
  slot.info_before.store(informed ? present.sa_sigaction : nullptr);
  slot.plain_before.store(informed ? nullptr : present.sa_handler);
  slot.before = present;
  struct sigaction ours = {};
  ours.sa_sigaction = handle;
  // As the previous handler expects: which signals are blocked meanwhile, which stack it runs on, and whether system
  // calls are interrupted. Without a previous handler they are restarted where the system can.
  ours.sa_mask = present.sa_mask;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (handled ? present.sa_flags & SA_RESTART : SA_RESTART);
  return ::sigaction(number, &ours, nullptr) == 0;
}

/// In a child of fork(), handlers in progress belong to threads of the parent. In the same process they count, even if
/// they began before there was an owner.
void claim(Slot& slot) noexcept {
  if (slot.process.is_another()) slot.handling.store(0);
  slot.process.claim();
}

void restore(int number, const Wake* owner) noexcept {
  Slot& slot = slot_of(number);
  if (slot.owner.load() != owner) return;  // in a child of fork(), another inbox has taken it
  struct sigaction present = {};
  if (::sigaction(number, nullptr, &present) == 0 && is_ours(present)) ::sigaction(number, &slot.before, nullptr);
  slot.owner.store(nullptr);
  if (slot.process.is_another()) return;                        // those handlers belong to threads of the parent
  while (slot.handling.load() != 0) std::this_thread::yield();  // on other threads, for a few instructions
}

constexpr std::array known_signals{std::pair{SIGTERM, "SIGTERM"}, std::pair{SIGINT, "SIGINT"},
                                   std::pair{SIGHUP, "SIGHUP"},   std::pair{SIGQUIT, "SIGQUIT"},
                                   std::pair{SIGUSR1, "SIGUSR1"}, std::pair{SIGUSR2, "SIGUSR2"},
                                   std::pair{SIGKILL, "SIGKILL"}, std::pair{SIGSTOP, "SIGSTOP"},
                                   std::pair{SIGSEGV, "SIGSEGV"}, std::pair{SIGABRT, "SIGABRT"}};

[[noreturn]] void refuse(int number, const char* rule) {
  throw std::invalid_argument{"vitals: LifecycleOptions: stop_signals: " + signal_name(number) + " " + rule};
}

/// A fault would happen again after the handler; the others are notifications that come in normal operation.
bool is_fault_or_notification(int number) noexcept {
  constexpr std::array others{SIGSEGV, SIGBUS,  SIGFPE,  SIGILL, SIGTRAP, SIGABRT,
                              SIGSYS,  SIGCHLD, SIGCONT, SIGURG, SIGWINCH};
  return std::find(others.begin(), others.end(), number) != others.end();
}

}  // namespace

std::string signal_name(int number) {
  for (const auto& [known, name] : known_signals)
    if (known == number) return name;
  return "signal " + std::to_string(number);
}

SignalInbox::SignalInbox(const std::vector<int>& signals, std::shared_ptr<Wake> wake) : wake_{std::move(wake)} {
  signals_.reserve(signals.size());
  const std::lock_guard lock{slots_mutex};
  try {
    for (const int number : signals) {
      if (number < 1 || number >= slot_count) refuse(number, "isn't a signal number");
      if (is_fault_or_notification(number)) refuse(number, "isn't a request to end the process");
      auto& slot = slot_of(number);
      if (slot.owner.load() != nullptr && !slot.process.is_another())
        refuse(number, "is given twice, or belongs to another Lifecycle of this process");
      slot.caught.store(0);
      slot.requests.reset();
      claim(slot);
      slot.owner.store(wake_.get());
      signals_.push_back(number);
      if (!install(number)) refuse(number, "can't be caught");
    }
  } catch (...) {
    for (const int number : signals_) restore(number, wake_.get());
    throw;
  }
}

void SignalInbox::retake() noexcept {
  const std::lock_guard lock{slots_mutex};
  for (const int number : signals_) {
    claim(slot_of(number));
    install(number);
  }
}

void SignalInbox::give_back() noexcept {
  const std::lock_guard lock{slots_mutex};
  for (const int number : std::exchange(signals_, {})) restore(number, wake_.get());
}

std::vector<CaughtSignal> SignalInbox::take() {
  std::vector<CaughtSignal> caught;
  for (const int number : signals_) {
    Slot& slot = slot_of(number);
    const auto count = static_cast<std::size_t>(slot.caught.exchange(0));
    caught.insert(caught.end(), count, {number, slot.requests.counted()});
  }
  return caught;
}

SignalsUnblocked::SignalsUnblocked(const std::vector<int>& signals) noexcept {
  sigset_t these;
  sigemptyset(&these);
  for (const int number : signals) sigaddset(&these, number);
  pthread_sigmask(SIG_UNBLOCK, &these, &before_);
}

SignalsUnblocked::~SignalsUnblocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace detail
}  // namespace vitals::inline v1
