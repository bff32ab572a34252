// Sends what wrk can't send to the compared servers: exact numbers of requests, and paced probes.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/client_runs.hpp"
#include "benchmarks/paced_load.hpp"

namespace vitals_test {
namespace {

constexpr const char* usage =
    "client free-port                                      prints a port that nobody listens on\n"
    "client ask WHERE TARGET COUNT CONNECTIONS [new]       asks exactly so often; new: a connection for each request\n"
    "client ask-json WHERE TARGET COUNT CONNECTIONS [new]  the same, accepting health+json\n"
    "client probe WHERE TARGET COUNT INTERVAL_MS           prints p50 p90 p99 p99.9 max (ms) lost/asked\n"
    "client pace WHERE TARGET CONNECTIONS RATE MS          asks RATE times a second, 0: all the time; "
    "prints answers, ns, and ns without a processor\n"
    "client hold WHERE TARGET COUNT                        holds so many connections until standard input ends\n"
    "WHERE is a port of 127.0.0.1, or unix:/path.\n";

int run(const std::vector<std::string>& words) {
  const auto number = [&](std::size_t at) { return std::atoi(words[at].c_str()); };
  const auto command = words.empty() ? std::string_view{} : std::string_view{words[0]};
  if (command == "free-port" && words.size() == 1) {
    std::printf("%d\n", free_port());
    return 0;
  }
  if (words.size() < 4) {
    std::fputs(usage, stderr);
    return 2;
  }
  Question question{.where = words[1], .target = words[2], .accept = {}};
  if (command == "ask-json") question.accept = "application/health+json";
  if (command.starts_with("ask") && words.size() >= 5)
    ask(question, number(3), number(4), words.size() == 6 && words[5] == "new");
  else if (command == "probe" && words.size() == 5)
    probe(question, number(3), std::chrono::milliseconds{number(4)});
  else if (command == "pace" && words.size() == 6)
    pace(question, number(3), number(4), std::chrono::milliseconds{number(5)});
  else if (command == "hold")
    hold(question, number(3));
  else
    return 2;
  return 0;
}

}  // namespace
}  // namespace vitals_test

int main(int argc, char** argv) {
  try {
    return vitals_test::run({argv + 1, argv + argc});
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "client: %s\n", exception.what());
    return 1;
  }
}
