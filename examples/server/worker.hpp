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

/// The thread that works on the database: it runs the migration first, then the jobs of the requests one by one.
///
/// Its heartbeat shows that the service is alive, and says nothing of the database. The rule for that: each blocking
/// call of a beating loop is either shorter than the heartbeat's limit, or made inside a guard that marks the loop as
/// idle (Heartbeat::idle()), with a timeout of its own. Otherwise a frozen database would silence the loops of all
/// replicas, and liveness would restart them.
class Worker {
 public:
  /// Called with null instead of the store if the job has waited for too long.
  using Job = std::function<void(NotesStore* store)>;
  enum class Admission { taken, starting, overloaded };

  static constexpr std::size_t queue_limit = 64;
  /// Covers only the loop's own work. Shorter than NotesStore::time_limit, because database calls are made inside a
  /// guard.
  static constexpr std::chrono::seconds beat_limit{1};

  /// @param migration  Set to pass when the database is ready.
  /// @param startup    How long the simulated migration takes.
  Worker(std::unique_ptr<NotesStore> store, vitals::Heartbeat beat, vitals::PushedCheck migration,
         std::chrono::seconds startup);

  void start();
  /// Ends the thread after the database call in flight. Jobs that still wait are called with null.
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
  std::jthread thread_;  // last, so that it is destroyed before what it uses
};

}  // namespace notes
