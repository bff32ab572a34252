#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include <vitals/heartbeat.hpp>
#include <vitals/pushed_check.hpp>

#include "notes_store.hpp"

namespace notes {

/// The thread that works on the database: first it migrates it, then it does the jobs of the requests one by one.
///
/// Its heartbeat is the service's sign of life, and says nothing of the database. The rule for that: each blocking call
/// of a loop that beats is either shorter than the heartbeat's limit, or made within a guard that says that the loop
/// waits for something else (Heartbeat::idle()), and then has a bound of its own. Otherwise a frozen database would
/// silence the loops of all replicas, and liveness would restart them.
class Worker {
 public:
  /// Gets null instead of the store if it has waited for too long.
  using Job = std::function<void(NotesStore* store)>;
  enum class Admission { taken, starting, overloaded };

  static constexpr std::size_t queue_limit = 64;
  /// Covers only the loop's own work. Shorter than NotesStore::time_limit: calls of the database are
  /// made within a guard.
  static constexpr std::chrono::seconds beat_limit{1};

  /// @param migration  Set to pass when the database is ready to be used.
  /// @param startup    How long the migration pretends to take.
  Worker(std::unique_ptr<NotesStore> store, vitals::Heartbeat beat, vitals::PushedCheck migration,
         std::chrono::seconds startup);

  void start();
  /// Ends the thread after the call to the database that is under way, and gives up what still waits.
  void stop();

  Admission submit(Job job);

 private:
  struct Entry {
    Job job;
    std::chrono::steady_clock::time_point since;
  };

  void run(const std::stop_token& stop);
  void migrate(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  bool pause(const std::stop_token& stop, std::chrono::milliseconds duration);

  std::unique_ptr<NotesStore> store_;
  vitals::Heartbeat beat_;
  vitals::PushedCheck migration_;
  std::chrono::seconds startup_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Entry> queue_;
  bool migrated_ = false;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace notes
