#include "support/name_server.hpp"

#include <dlfcn.h>
#include <netdb.h>
#include <new>
#include <string>

#include "support/run_check.hpp"

namespace vitals_test {

NameServer silent_names;

bool NameServer::ask() {
  std::unique_lock lock{mutex_};
  ++asked_;
  ++waiting_;
  changed_.wait_for(lock, generous, [this] { return state_ != State::silent; });
  --waiting_;
  return state_ == State::open;
}

void NameServer::reset() {
  const std::scoped_lock lock{mutex_};
  state_ = State::silent;
  asked_ = 0;
}

int NameServer::asked() {
  const std::scoped_lock lock{mutex_};
  return asked_;
}

int NameServer::waiting() {
  const std::scoped_lock lock{mutex_};
  return waiting_;
}

void NameServer::set(State state) {
  const std::scoped_lock lock{mutex_};
  state_ = state;
  changed_.notify_all();
}

}  // namespace vitals_test

namespace {

addrinfo* last_of(addrinfo* list) {
  while (list->ai_next != nullptr) list = list->ai_next;
  return list;
}

}  // namespace

/// Replaces the C library's function in the whole program, libpq included.
extern "C" [[gnu::visibility("default")]] int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                                                          addrinfo** found) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string host = name != nullptr ? name : "";
  const bool lookup = hints == nullptr || (hints->ai_flags & AI_NUMERICHOST) == 0;
  if (lookup && host == "gone.test") return EAI_NONAME;
  if (lookup && host == "heavy.test") throw std::bad_alloc{};
  if (lookup && host == "silent.test" && !vitals_test::silent_names.ask()) return EAI_AGAIN;
  if (lookup && host == "two.test") {
    if (const int error = real("127.0.0.2", service, hints, found); error != 0) return error;
    return real("127.0.0.1", service, hints, &last_of(*found)->ai_next);
  }
  if (lookup && host.ends_with(".test")) return real("127.0.0.1", service, hints, found);
  return real(name, service, hints, found);
}
