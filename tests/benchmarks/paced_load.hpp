#pragma once

#include <chrono>

#include "benchmarks/http_client.hpp"

namespace vitals_test {

/// Asks so many times a second at random moments, as many independent clients do together, each time on a connection
/// that waits for no answer. Spins meanwhile: it needs a processor of its own. Prints the number of answers, the time
/// that they took, and how long this thread was kept from running, in ns.
/// @param per_second  0: as soon as any connection has been answered.
/// @throws std::runtime_error  if an answer isn't a 200.
void pace(const Question& question, int connections, int per_second, std::chrono::milliseconds duration);

}  // namespace vitals_test
