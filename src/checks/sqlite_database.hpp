#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <unistd.h>

#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "checks/run_limit.hpp"

namespace vitals::inline v1 {
namespace detail {

/// A database connection that a run may use between acquire() and release().
class SqliteDatabase {
 public:
  SqliteDatabase() = default;
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  virtual ~SqliteDatabase() = default;

  /// @returns Nothing on success, else the reason; then don't call release().
  [[nodiscard]] virtual std::optional<std::string> acquire(const RunLimit& limit) = 0;
  virtual void release() noexcept = 0;
  /// An obstacle that SQLite would notice only when it writes.
  [[nodiscard]] virtual std::optional<std::string> obstacle_to_writing(bool has_journal_file) const = 0;

  [[nodiscard]] virtual const SqliteApi& api() const noexcept = 0;
  [[nodiscard]] virtual sqlite3* handle() const noexcept = 0;
};

/// A file that stays open between runs.
class SqliteFile final : public SqliteDatabase {
 public:
  SqliteFile(std::string path, bool writable);
  ~SqliteFile() override;

  std::optional<std::string> acquire(const RunLimit& limit) override;
  void release() noexcept override;
  std::optional<std::string> obstacle_to_writing(bool has_journal_file) const override;
  const SqliteApi& api() const noexcept override { return api_; }
  sqlite3* handle() const noexcept override { return handle_; }

 private:
  struct Identity {
    dev_t device = 0;
    ino_t number = 0;
    off_t size = 0;

    [[nodiscard]] bool is_same(const Identity& other) const { return device == other.device && number == other.number; }
  };
  static std::optional<Identity> identity_of(const std::string& name);

  std::optional<std::string> open();
  void close() noexcept;

  const std::string path_;
  const bool writable_;
  const SqliteApi api_;
  sqlite3* handle_ = nullptr;
  std::string name_;  ///< The file's path, also if `path_` is a URI.
  Identity identity_;
  pid_t process_ = ::getpid();
};

/// The application's own connection. A run uses it while it holds the connection's mutex.
class SqliteHandle final : public SqliteDatabase {
 public:
  SqliteHandle(sqlite3* handle, const SqliteApi& api) : handle_{handle}, api_{api}, mutex_{api.mutex(handle)} {}

  std::optional<std::string> acquire(const RunLimit& limit) override;
  void release() noexcept override { api_.leave_mutex(mutex_); }
  std::optional<std::string> obstacle_to_writing(bool) const override { return std::nullopt; }
  const SqliteApi& api() const noexcept override { return api_; }
  sqlite3* handle() const noexcept override { return handle_; }

 private:
  sqlite3* handle_;
  SqliteApi api_;
  sqlite3_mutex* mutex_;
};

}  // namespace detail
}  // namespace vitals::inline v1
