#include "checks/sqlite_database.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include "checks/single_line.hpp"
#include "checks/sqlite_path.hpp"

namespace vitals::inline v1 {
namespace detail {
namespace {

constexpr std::chrono::milliseconds between_attempts{5};

/// SQLite calls it while another connection holds the lock. Zero gives up.
int wait_for_lock(void* limit, int) {
  try {
    return static_cast<const RunLimit*>(limit)->pause(between_attempts) == RunLimit::Wake::ready ? 1 : 0;
  } catch (...) {
    return 0;  // an exception must not pass through SQLite, which is C
  }
}

/// SQLite calls it between the steps of a query. Any value but zero interrupts the query.
int is_over(void* limit) { return static_cast<const RunLimit*>(limit)->is_over() ? 1 : 0; }

std::string reason_of(int error) { return single_line(sqlite3_errstr(error)); }

std::optional<std::string> obstacle_at(const std::string& name, const char* what) {
  if (::faccessat(AT_FDCWD, name.c_str(), W_OK, AT_EACCESS) == 0) return std::nullopt;
  return std::string{"can't write to the "} + what + ": " + std::generic_category().message(errno);
}

}  // namespace

SqliteFile::SqliteFile(std::string path, bool writable)
    : path_{std::move(path)}, writable_{writable}, api_{sqlite_api()} {}

SqliteFile::~SqliteFile() { close(); }

std::optional<SqliteFile::Identity> SqliteFile::identity_of(const std::string& name) {
  struct stat status {};
  if (::stat(name.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino, status.st_size};
}

std::optional<std::string> SqliteFile::acquire(const RunLimit& limit) {
  if (handle_ != nullptr && process_ != ::getpid()) handle_ = nullptr;  // the parent's: see close()
  if (handle_ != nullptr) {
    const auto now = identity_of(name_);
    if (!now) return reason_of(SQLITE_CANTOPEN);
    const bool reopens = writable_ && !is_sqlite_uri(path_) && api_.is_read_only(handle_) != 0 &&
                         !obstacle_at(name_, "file").has_value();
    if (!now->is_same(identity_) || reopens) close();
  }
  if (handle_ == nullptr)
    if (auto problem = open()) return problem;
  const auto now = identity_of(name_);
  if (!now || !now->is_same(identity_)) return "the file is being replaced";
  if (now->size == 0) return "the file is empty: it holds no database yet";
  constexpr int instructions_between_calls = 1000;
  auto* const argument = const_cast<RunLimit*>(&limit);
  sqlite3_busy_handler(handle_, &wait_for_lock, argument);
  sqlite3_progress_handler(handle_, instructions_between_calls, &is_over, argument);
  return std::nullopt;
}

/// Leaves nothing of the run behind, neither a lock nor a pointer to its limit.
void SqliteFile::release() noexcept {
  sqlite3_busy_handler(handle_, nullptr, nullptr);
  sqlite3_progress_handler(handle_, 0, nullptr, nullptr);
  if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

std::optional<std::string> SqliteFile::open() {
  const bool is_uri = is_sqlite_uri(path_);
  const auto before = identity_of(path_);
  if (!is_uri && !before) return reason_of(SQLITE_CANTOPEN);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  if (const int error = sqlite3_open_v2(path_.c_str(), &handle_, flags, nullptr); error != SQLITE_OK) {
    std::string reason = handle_ != nullptr ? single_line(sqlite3_errmsg(handle_)) : reason_of(error);
    close();
    return reason;
  }
  process_ = ::getpid();
  // No checkpoint when it closes: that is left to the application, and may take longer than a check.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const char* const file = sqlite3_db_filename(handle_, "main");
  name_ = is_uri ? (file != nullptr ? file : "") : path_;
  const auto after = identity_of(name_);
  if (after) identity_ = *after;
  if (after && (is_uri || after->is_same(*before))) return std::nullopt;
  close();
  return after ? "the file is being replaced" : reason_of(SQLITE_CANTOPEN);
}

/// SQLite forbids a forked child to use its parent's connection, even to close it. So it leaks on purpose.
void SqliteFile::close() noexcept {
  sqlite3* const handle = std::exchange(handle_, nullptr);
  if (handle != nullptr && process_ == ::getpid()) sqlite3_close_v2(handle);
}

std::optional<std::string> SqliteFile::obstacle_to_writing(bool has_journal_file) const {
  if (auto obstacle = obstacle_at(name_, "file")) return obstacle;
  if (!has_journal_file) return std::nullopt;
  const std::string folder = std::filesystem::path{name_}.parent_path();
  return obstacle_at(folder.empty() ? "." : folder, "folder");
}

std::optional<std::string> SqliteHandle::acquire(const RunLimit& limit) {
  while (api_.try_mutex(mutex_) != SQLITE_OK)
    if (limit.pause(between_attempts) != RunLimit::Wake::ready)
      return limit.message() + ": the application's connection is in use";
  int moved = 0;
  if (api_.file_control(handle_, SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved == 0) return std::nullopt;
  release();
  return "the file that the application has open was deleted or replaced";
}

}  // namespace detail
}  // namespace vitals::inline v1
