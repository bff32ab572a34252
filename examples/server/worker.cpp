#include "worker.hpp"

#include <string>
#include <utility>

#include "guarded_notes.hpp"

namespace notes {

using vitals::CheckResult;

Worker::Worker(std::unique_ptr<NotesStore> store, vitals::Heartbeat beat, vitals::PushedCheck migration,
               std::chrono::seconds startup)
    : store_{std::make_unique<GuardedNotes>(std::move(store), beat)},
      beat_{std::move(beat)},
      migration_{std::move(migration)},
      startup_{startup} {}

void Worker::start() {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void Worker::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Worker::Admission Worker::submit(Job job) {
  const std::scoped_lock lock{mutex_};
  if (!migrated_) return Admission::starting;
  if (queue_.size() >= queue_limit || thread_.get_stop_token().stop_requested()) return Admission::overloaded;
  queue_.push_back({std::move(job), std::chrono::steady_clock::now()});
  changed_.notify_one();
  return Admission::taken;
}

void Worker::run(const std::stop_token& stop) {
  migrate(stop);
  work(stop);
  std::unique_lock lock{mutex_};
  const std::deque<Entry> given_up = std::exchange(queue_, {});
  lock.unlock();
  for (const Entry& entry : given_up) entry.job(nullptr);
}

/// Waits for a database that is down at the start: exiting, and being restarted again and again, would not help.
void Worker::migrate(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds between_attempts{500};
  migration_.set(CheckResult::fail("the migration is running"));
  if (!pause(stop, startup_)) return;
  for (;;) {
    try {
      beat_.beat();
      store_->create_table();
      break;
    } catch (const DatabaseError& error) {
      migration_.set(CheckResult::fail(std::string{"the migration waits for the database: "} + error.what()));
    }
    if (!pause(stop, between_attempts)) return;
  }
  beat_.beat();
  std::unique_lock lock{mutex_};
  migrated_ = true;
  lock.unlock();
  migration_.set(CheckResult::pass());
}

void Worker::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::unique_lock lock{mutex_};
    {
      const auto idle = beat_.idle();  // an idle loop needn't beat
      if (!changed_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
    }
    const Entry entry = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const bool in_time = std::chrono::steady_clock::now() - entry.since < NotesStore::time_limit;
    entry.job(in_time ? store_.get() : nullptr);
    beat_.beat();
  }
}

/// Returns false if the thread must end.
bool Worker::pause(const std::stop_token& stop, std::chrono::milliseconds duration) {
  const auto idle = beat_.idle();
  std::unique_lock lock{mutex_};
  return !changed_.wait_for(lock, stop, duration, [] { return false; }) && !stop.stop_requested();
}

}  // namespace notes
