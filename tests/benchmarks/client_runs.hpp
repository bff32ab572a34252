#pragma once

#include <chrono>

#include "benchmarks/http_client.hpp"

namespace vitals_test {

/// Sends exactly `count` requests over `connections` connections at a time: one on each, before any answer is read.
/// @param anew  Opens a new connection for each request.
/// @throws std::runtime_error  if an answer isn't a 200.
void ask(Question question, int count, int connections, bool anew);

/// Sends one probe per interval, each on a new connection, as a kubelet does. Prints `p50 p90 p99 p99.9 max` in ms, how
/// many answers were not a 200 within a second, and the number of probes. Sends fewer if the server takes more than
/// twice the planned time.
void probe(Question question, int count, std::chrono::milliseconds interval);

/// Opens `count` connections, sends one request on each, prints "held" and keeps them open until standard input ends.
void hold(const Question& question, int count);

}  // namespace vitals_test
