#pragma once

#include <chrono>

#include "benchmarks/http_client.hpp"

namespace vitals_test {

/// Asks exactly `count` times, on so many connections at a time: all of them are asked before one is read.
/// @param anew  A new connection for each request.
/// @throws std::runtime_error  if an answer isn't a 200.
void ask(Question question, int count, int connections, bool anew);

/// Asks once per interval, each time on a new connection, as a kubelet does, and prints `p50 p90 p99 p99.9 max` in ms
/// and how many of the answers were no 200 within a second, of how many. A server that is so slow that it takes more
/// than twice the time is asked less often.
void probe(Question question, int count, std::chrono::milliseconds interval);

/// Opens so many connections, asks once on each, prints "held" and keeps them until standard input ends.
void hold(const Question& question, int count);

}  // namespace vitals_test
