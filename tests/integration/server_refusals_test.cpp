// Each request in the tables of src/server/README.md gets the status code and the count that they say.

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <ostream>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/log.hpp"
#include "support/server_fixture.hpp"

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using vitals::LimitCounts;

using Count = std::uint64_t LimitCounts::*;
const std::map<std::string, Count> counts_by_name{{"malformed", &LimitCounts::malformed},
                                                  {"long_targets", &LimitCounts::long_targets},
                                                  {"long_heads", &LimitCounts::long_heads},
                                                  {"many_fields", &LimitCounts::many_fields},
                                                  {"slow_heads", &LimitCounts::slow_heads},
                                                  {"silent", &LimitCounts::silent},
                                                  {"idle", &LimitCounts::idle},
                                                  {"slow_readers", &LimitCounts::slow_readers},
                                                  {"made_room", &LimitCounts::made_room},
                                                  {"not_accepted", &LimitCounts::not_accepted}};

struct Row {
  std::string what = {};
  std::string request = {};  ///< As the table has it.
  int status = 0;
  std::string counter = {};  ///< "none" if it isn't counted.
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.what << ": " << row.request; }

/// The rows that have a request and a status code.
std::vector<Row> rows() {
  const std::regex pattern{R"(\| (.*?) ?\| `(.*)` \| (\d+) \| `?(\w+)`? \| \d+ [\d.]+ \|)"};
  std::ifstream in{VITALS_SOURCE_DIR "/src/server/README.md"};
  std::vector<Row> rows;
  std::smatch parts;
  for (std::string line; std::getline(in, line);)
    if (std::regex_match(line, parts, pattern)) rows.push_back({parts[1], parts[2], std::stoi(parts[3]), parts[4]});
  return rows;
}

std::string repeated(const std::string& text, const std::string& times) {
  std::string all;
  for (int i = 0; i < std::stoi(times); ++i) all += text;
  return all;
}

/// Expands `x{9}`, `(\r\n){3}`, `\r`, `\n` and `\x16` to bytes.
std::string bytes_of(std::string text) {
  std::smatch parts;
  while (std::regex_search(text, parts, std::regex{R"(\((.*?)\)\{(\d+)\}|(.)\{(\d+)\})"}))
    text = parts.prefix().str() + (parts[1].matched ? repeated(parts[1], parts[2]) : repeated(parts[3], parts[4])) +
           parts.suffix().str();
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
    } else if (text[++i] == 'x') {
      bytes += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      bytes += text[i] == 'r' ? '\r' : '\n';
    }
  }
  return bytes;
}

class ServerRefusalsTest : public ServerTest, public testing::WithParamInterface<Row> {
 protected:
  /// The counts that aren't zero, by name.
  [[nodiscard]] std::map<std::string, std::uint64_t> counted() const {
    std::map<std::string, std::uint64_t> found;
    const auto counts = server_->limit_counts();
    for (const auto& [name, count] : counts_by_name)
      if (counts.*count != 0) found[name] = counts.*count;
    return found;
  }

  const Log log_ = {};
};

TEST_P(ServerRefusalsTest, AreAsTheTableSays) {
  const auto& row = GetParam();
  start({.log = log_, .head_timeout = 200ms});
  auto client = connect();

  const auto response = client.send(bytes_of(row.request)).read_response();

  EXPECT_EQ(response.status, row.status);
  const bool is_refused = row.counter != "none";
  EXPECT_EQ(response.header("connection"), is_refused ? "close" : "none");
  EXPECT_EQ(counted(), is_refused ? (std::map<std::string, std::uint64_t>{{row.counter, 1}}) : decltype(counted()){});
}

INSTANTIATE_TEST_SUITE_P(Rows, ServerRefusalsTest, testing::ValuesIn(rows()));

TEST(ServerRefusalsTableTest, HasARequestInEachRow) {
  std::ifstream in{VITALS_SOURCE_DIR "/src/server/README.md"};
  std::size_t table_lines = 0;
  for (std::string line; std::getline(in, line);) table_lines += line.starts_with("| ") && line.find('`') != line.npos;

  EXPECT_GT(table_lines, 20U);
  EXPECT_EQ(rows().size(), table_lines);
}

}  // namespace
}  // namespace vitals_test
