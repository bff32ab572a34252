#pragma once

#include <chrono>

#include "benchmarks/http_client.hpp"

namespace vitals_test {

/// Sends `per_second` requests at random moments, as many independent clients do together, each on a connection that
/// waits for no answer. Spins meanwhile, so it needs a CPU of its own. Prints the number of answers, the time that they
/// took, and how long this thread had to wait for its CPU, in ns.
/// @param per_second  0: sends a request as soon as any connection has its answer.
/// @throws std::runtime_error  if an answer isn't a 200.
void pace(const Question& question, int connections, int per_second, std::chrono::milliseconds duration);

}  // namespace vitals_test
