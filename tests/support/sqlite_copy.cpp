#include "sqlite_copy.hpp"

#include <sqlite3.h>

#include <vitals/checks/sqlite.hpp>

#include "run_check.hpp"

namespace vitals_test {

SqliteCopy::SqliteCopy(const std::string& path) { sqlite3_open(path.c_str(), &database_); }

SqliteCopy::~SqliteCopy() { sqlite3_close(database_); }

int SqliteCopy::execute(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr); }

std::string SqliteCopy::check(const std::string& query, const std::string& expected) {
  return vitals::checks::Sqlite{database_, {.query = query, .expect = expected}}(context_for(generous)).message();
}

const void* SqliteCopy::code() { return reinterpret_cast<const void*>(&sqlite3_open); }

}  // namespace vitals_test
