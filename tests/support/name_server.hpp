#pragma once

#include <condition_variable>
#include <mutex>

namespace vitals_test {

/// A name server that doesn't answer until it is opened.
///
/// name_server.cpp replaces getaddrinfo() in the whole program, libpq included. Every name that ends in ".test" then
/// resolves to 127.0.0.1, with four exceptions: "two.test" resolves to 127.0.0.2 and 127.0.0.1, "gone.test" doesn't
/// exist, "heavy.test" fails for lack of memory, and "silent.test" waits for `silent_names`.
class NameServer {
 public:
  /// @returns False if lookups fail.
  bool ask();
  void open() { set(State::open); }
  /// Makes lookups fail from now on, as they do when the C library's own time limit expires.
  void give_up() { set(State::given_up); }
  /// Call it only while no lookup waits.
  void reset();
  [[nodiscard]] int asked();
  [[nodiscard]] int waiting();

 private:
  enum class State { silent, open, given_up };

  void set(State state);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  int asked_ = 0;
  int waiting_ = 0;
  State state_ = State::silent;
};

extern NameServer silent_names;

}  // namespace vitals_test
