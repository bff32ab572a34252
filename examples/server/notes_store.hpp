#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace notes {

struct Note {
  std::int64_t id = 0;
  std::string text = {};
};

/// The database failed or didn't answer in time.
class DatabaseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Where the notes are kept. Used by one thread at a time.
///
/// No call takes longer than `time_limit`, whatever the database does; each one throws DatabaseError. Only the
/// resolution of the database's name may take longer: /etc/resolv.conf bounds it.
class NotesStore {
 public:
  static constexpr std::chrono::seconds time_limit{2};
  /// A list holds at most this many notes, the newest ones.
  static constexpr int list_limit = 100;

  NotesStore() = default;
  NotesStore(const NotesStore&) = delete;
  NotesStore& operator=(const NotesStore&) = delete;
  virtual ~NotesStore() = default;

  /// The migration: creates the table if it doesn't exist.
  virtual void create_table() = 0;
  virtual std::vector<Note> list() = 0;
  virtual Note add(const std::string& text) = 0;
};

}  // namespace notes
