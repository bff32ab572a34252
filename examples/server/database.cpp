#include "database.hpp"

#include <stdexcept>
#include <string_view>

#include <vitals/checks/sqlite.hpp>

#include "sqlite_notes.hpp"

#ifdef NOTES_WITH_POSTGRES
#include <vitals/checks/postgres.hpp>

#include "postgres_notes.hpp"
#endif

namespace notes {
namespace {

/// The checks query the table itself: without it the database is useless to this service.
constexpr const char* readiness_query = "SELECT id FROM notes LIMIT 1";

bool has_scheme(std::string_view url, std::string_view scheme) { return url.substr(0, scheme.size()) == scheme; }

}  // namespace

std::unique_ptr<NotesStore> open_database(const Options& options, vitals::HealthRegistry& health) {
  const std::string& url = options.database;
  constexpr std::string_view sqlite = "sqlite:";
  try {
    if (has_scheme(url, sqlite)) {
      const std::string path = url.substr(sqlite.size());
      health.add_readiness_check("database", vitals::checks::Sqlite{path, {.query = readiness_query}});
      return open_sqlite_notes(path);
    }
    if (has_scheme(url, "postgresql://") || has_scheme(url, "postgres://")) {
#ifdef NOTES_WITH_POSTGRES
      health.add_readiness_check("database", vitals::checks::Postgres{url, {.query = readiness_query}});
      return open_postgres_notes(url);
#else
      throw UsageError{"this program was built without PostgreSQL"};
#endif
    }
  } catch (const std::invalid_argument& error) {
    throw UsageError{std::string{options.database_from} + ": " + error.what()};
  }
  throw UsageError{std::string{options.database_from} + " takes sqlite:PATH or postgresql://..."};
}

}  // namespace notes
