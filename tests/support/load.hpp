#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/program.hpp"

namespace vitals_test {

struct FailedRequest {
  double begin = 0;  ///< In seconds of the steady clock.
  double end = 0;
  std::string what = {};
};

struct LoadResult {
  std::size_t requests = 0;
  std::vector<FailedRequest> failed = {};
  double slowest = 0;  ///< In seconds, without the time that slow workers take for sending.
};

/// Prints one line per failed request.
inline std::ostream& operator<<(std::ostream& stream, const LoadResult& result) {
  stream << result.requests << " requests, " << result.failed.size() << " failed" << std::fixed;
  for (const FailedRequest& request : result.failed)
    stream << "\n  " << request.begin << " to " << request.end << ": " << request.what;
  return stream;
}

/// Constant load on a port of this machine, from a separate process.
class Load {
 public:
  static constexpr std::size_t workers = 8;

  /// @param slow_workers  Additional workers, each of which always has a request in flight whose body takes 2 s to
  /// send.
  explicit Load(std::uint16_t port, std::size_t slow_workers = 0)
      : program_{VITALS_LOAD,
                 {"--workers", std::to_string(workers), "--slow-workers", std::to_string(slow_workers),
                  std::to_string(port)},
                 folder_.path()} {}

  /// Stops the load after the requests in flight.
  LoadResult end() {
    program_.signal(SIGTERM);
    if (program_.wait() != 0) throw std::runtime_error{"the load failed: " + program_.errors()};
    std::istringstream lines{program_.output()};
    LoadResult result;
    for (std::string word; lines >> word && word == "failed";) {
      FailedRequest request;
      lines >> request.begin >> request.end;
      std::getline(lines >> std::ws, request.what);
      result.failed.push_back(request);
    }
    std::string word;
    std::size_t failed = 0;
    lines >> result.requests >> word >> failed >> word >> result.slowest;
    if (!lines || failed != result.failed.size()) throw std::runtime_error{"no summary: " + program_.output()};
    return result;
  }

 private:
  TemporaryFolder folder_;
  Program program_;
};

}  // namespace vitals_test
