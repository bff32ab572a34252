#pragma once

#include <condition_variable>
#include <mutex>

namespace vitals_test {

/// A name server that doesn't answer, until it is open.
///
/// name_server.cpp replaces getaddrinfo() in the whole program, libpq included. There, every name that ends in ".test"
/// is 127.0.0.1, but "gone.test" doesn't exist, "heavy.test" takes more memory than there is, and "silent.test" asks
/// `silent_names` first.
class NameServer {
 public:
  /// @returns False if there is no answer.
  bool ask();
  void open() { set(State::open); }
  /// From now on lookups fail, as they do when the C library's own time limit is over.
  void give_up() { set(State::given_up); }
  /// To be called when no lookup waits.
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
