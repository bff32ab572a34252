#include "support/mariadb_server.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <vitals/checks/mysql.hpp>
#include <vitals/status.hpp>

#include "support/eventually.hpp"
#include "support/run_check.hpp"

namespace vitals_test {

using vitals::checks::MySql;

MariaDbServer::MariaDbServer() {
  initialise();
  start();
}

void MariaDbServer::start() {
  running_.emplace(program,
                   arguments({"--port=" + std::to_string(port()), "--bind-address=127.0.0.1",
                              "--socket=" + (folder_.path() / "socket").string(),
                              "--pid-file=" + (folder_.path() / "pid").string(), "--max-connections=20"}),
                   folder_.path());
  if (!eventually([&] { return answers(); })) throw std::runtime_error{running_->errors()};
}

void MariaDbServer::freeze() { running_->signal(SIGSTOP); }
void MariaDbServer::thaw() { running_->signal(SIGCONT); }

std::string MariaDbServer::url(const std::string& user, const std::string& database) const {
  return "mysql://" + user + "127.0.0.1:" + std::to_string(port()) + '/' + database;
}

vitals::CheckResult MariaDbServer::ask(const std::string& query, const std::optional<std::string>& expect) const {
  return MySql{url(), {.query = query, .expect = expect}}(context_for(generous));
}

bool MariaDbServer::answers() const { return ask("SELECT 1").status() == vitals::Status::pass; }

bool MariaDbServer::has_only_us() const {
  return ask("SELECT COUNT(*) FROM information_schema.PROCESSLIST", "1").status() == vitals::Status::pass;
}

std::vector<std::string> MariaDbServer::arguments(std::vector<std::string> more) const {
  // No InnoDB, which would need most of the time and space.
  std::vector<std::string> all{"--no-defaults",
                               "--datadir=" + (folder_.path() / "data").string(),
                               "--user=root",
                               "--skip-log-bin",
                               "--skip-innodb",
                               "--default-storage-engine=Aria",
                               "--aria-log-file-size=8M"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// As mariadb-install-db does, which needs another package.
void MariaDbServer::initialise() const {
  std::filesystem::create_directory(folder_.path() / "data");
  const auto script = folder_.path() / "bootstrap.sql";
  std::ofstream sql{script};
  sql << "CREATE DATABASE mysql;\nUSE mysql;\n";
  for (const auto* part : {"mysql_system_tables.sql", "mysql_system_tables_data.sql"})
    sql << std::ifstream{std::string{"/usr/share/mysql/"} + part}.rdbuf();
  sql << "FLUSH PRIVILEGES;\nCREATE DATABASE `a/b`;\nCREATE DATABASE closed;\n"
         "CREATE TABLE `a/b`.notes (text VARCHAR(20));\n"
         "CREATE USER app@'%' IDENTIFIED BY 's3cr@t:/%';\n"
         "GRANT SELECT, PROCESS, READ_ONLY ADMIN ON *.* TO app@'%';\n"
         "CREATE USER stranger@'%' IDENTIFIED BY 'x';\nCREATE USER locked@'%' ACCOUNT LOCK;\n";
  sql.close();
  auto words = arguments({"--bootstrap"});
  std::string command = program;
  for (const auto& word : words) command += " '" + word + "'";
  Program shell{"/bin/sh", {"-c", command + " < '" + script.string() + "'"}, folder_.path()};
  if (shell.wait() != 0) throw std::runtime_error{shell.errors()};
}

}  // namespace vitals_test
