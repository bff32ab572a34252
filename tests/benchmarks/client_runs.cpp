#include "benchmarks/client_runs.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace vitals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// A server is slow under valgrind and strace.
constexpr auto patience = 30s;

void expect_200(int status) {
  if (status != 200) throw std::runtime_error{"the answer was " + std::to_string(status)};
}

std::vector<Connection> connect(const std::string& where, int count) {
  std::vector<Connection> connections;
  for (int i = 0; i < count; ++i) connections.emplace_back(where, patience);
  return connections;
}

}  // namespace

void ask(Question question, int count, int connections, bool anew) {
  question.last = anew;
  const auto bytes = question.bytes();
  std::vector<Connection> open;
  for (int asked = 0; asked < count; asked += connections) {
    if (anew || open.empty()) open = connect(question.where, connections);
    for (auto& connection : open) connection.send(bytes);
    for (auto& connection : open) {
      expect_200(connection.receive());
      if (anew) connection.wait_for_end();
    }
  }
}

void probe(Question question, int count, std::chrono::milliseconds interval) {
  question.last = true;
  const auto bytes = question.bytes();
  std::vector<double> took_ms;
  int lost = 0;
  auto due = steady_clock::now();
  const auto end = due + 2 * count * interval;
  while (std::ssize(took_ms) < count && due < end) {
    std::this_thread::sleep_until(due);
    const auto begin = steady_clock::now();
    try {
      Connection connection{question.where, 1s};
      connection.send(bytes);
      expect_200(connection.receive());
    } catch (const std::exception&) {
      ++lost;
    }
    const std::chrono::duration<double, std::milli> took = steady_clock::now() - begin;
    took_ms.push_back(took.count());
    due = std::max(due + interval, steady_clock::now());
  }
  std::sort(took_ms.begin(), took_ms.end());
  const auto at = [&](std::size_t per_mille) {
    return took_ms[std::min(took_ms.size() - 1, took_ms.size() * per_mille / 1000)];
  };
  std::printf("%.3f %.3f %.3f %.3f %.3f %d/%zu\n", at(500), at(900), at(990), at(999), at(1000), lost, took_ms.size());
}

void hold(const Question& question, int count) {
  const auto bytes = question.bytes();
  std::deque<Connection> held;
  for (int i = 0; i < count; ++i) {
    auto& connection = held.emplace_back(question.where, patience);
    connection.send(bytes);
    expect_200(connection.receive());
  }
  std::printf("held\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace vitals_test
