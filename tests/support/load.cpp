// Constant load on an HTTP server of this machine, from clients that notice every lost request.
//
// Half of the workers keep their connections, the others open one per request. If the server closes a connection
// between two requests, the worker opens a new one. Anything else than a complete answer with 200 or 201 is a failed
// request. Slow workers only send POSTs, byte by byte, so that whenever an instance stops, some requests are in flight.

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/load_connection.hpp"

namespace {

using vitals_test::LoadAnswer;
using vitals_test::LoadConnection;
using vitals_test::LoadFailure;
using Clock = std::chrono::steady_clock;

const char* const usage = R"(Usage: load [OPTION...] PORT

Sends requests to 127.0.0.1:PORT until SIGTERM or SIGINT, mostly GET /notes, and each tenth time a POST. Then prints
a line for each failed request, with its begin and end by CLOCK_MONOTONIC in seconds, and a summary.

  --workers N        each has one request under way at a time (default 8)
  --interval-ms N    from one request of a worker to its next (default 20)
  --slow-workers N   besides, whose requests take 2 s to send (default 0)
)";

constexpr Clock::duration slow_request = std::chrono::seconds{2};

struct Options {
  std::uint16_t port = 0;
  int workers = 8;
  int slow_workers = 0;
  std::chrono::milliseconds interval{20};
};

struct FailedRequest {
  Clock::time_point begin;
  Clock::time_point end;
  std::string what;
};

/// Sends one request after another, at its pace.
class Worker {
 public:
  /// @param phase    The first request's offset, so that the workers don't all send at once.
  /// @param sending  How long sending a request takes.
  Worker(const Options& options, int index, Clock::duration phase, Clock::duration sending)
      : options_{options}, keeps_{index % 2 == 0}, next_is_post_in_{index % 10}, phase_{phase}, sending_{sending} {}

  void run(const std::atomic<bool>& stop) {
    auto due = Clock::now() + phase_;
    while (!stop) {
      std::this_thread::sleep_until(due);
      make_request();
      while (due <= Clock::now()) due += options_.interval;
    }
  }

  [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
  [[nodiscard]] Clock::duration slowest() const noexcept { return slowest_; }
  [[nodiscard]] const std::vector<FailedRequest>& failures() const noexcept { return failures_; }

 private:
  void make_request() {
    ++requests_;
    const auto begin = Clock::now();
    try {
      const LoadAnswer answer = ask(begin + sending_ + std::chrono::seconds{5});
      if (!keeps_ || answer.closes) connection_.reset();
      if (answer.status != 200 && answer.status != 201) throw LoadFailure{"status " + std::to_string(answer.status)};
    } catch (const LoadFailure& failure) {
      connection_.reset();
      failures_.push_back({begin, Clock::now(), failure.what()});
    }
    slowest_ = std::max(slowest_, Clock::now() - begin - sending_);
  }

  /// Never sends a request twice: if the connection ends after the first byte went out, the request is lost.
  LoadAnswer ask(Clock::time_point deadline) {
    if (connection_ && connection_->was_closed_while_idle()) connection_.reset();
    if (!connection_) connection_.emplace(options_.port, deadline);
    if (sending_ == sending_.zero()) {
      connection_->send(request(next_is_post_in_ == 0), deadline);
      next_is_post_in_ = next_is_post_in_ == 0 ? 9 : next_is_post_in_ - 1;
    } else {
      send_slowly(request(true), deadline);
    }
    return connection_->read_answer(deadline);
  }

  /// Sends the head at once, then the body byte by byte.
  void send_slowly(const std::string& request, Clock::time_point deadline) {
    const auto head_size = request.size() - body.size();
    connection_->send(std::string_view{request}.substr(0, head_size), deadline);
    for (const char& byte : body) {
      std::this_thread::sleep_for(sending_ / body.size());
      connection_->send({&byte, 1}, deadline);
    }
  }

  [[nodiscard]] std::string request(bool is_post) const {
    const std::string common =
        std::string{" /notes HTTP/1.1\r\nHost: localhost\r\n"} + (keeps_ ? "" : "Connection: close\r\n");
    if (!is_post) return "GET" + common + "\r\n";
    return "POST" + common + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
  }

  static constexpr std::string_view body = R"({"text": "load"})";

  Options options_;
  bool keeps_;
  int next_is_post_in_;
  Clock::duration phase_;
  Clock::duration sending_;
  std::optional<LoadConnection> connection_;
  std::size_t requests_ = 0;
  Clock::duration slowest_{0};
  std::vector<FailedRequest> failures_;
};

double seconds(Clock::duration duration) { return std::chrono::duration<double>{duration}.count(); }

void print(const std::vector<std::unique_ptr<Worker>>& workers) {
  std::size_t requests = 0;
  std::size_t failed = 0;
  Clock::duration slowest{0};
  for (const auto& worker : workers) {
    requests += worker->requests();
    failed += worker->failures().size();
    slowest = std::max(slowest, worker->slowest());
    for (const FailedRequest& request : worker->failures())
      std::printf("failed %.6f %.6f %s\n", seconds(request.begin.time_since_epoch()),
                  seconds(request.end.time_since_epoch()), request.what.c_str());
  }
  std::printf("requests %zu failed %zu slowest %.3f\n", requests, failed, seconds(slowest));
}

int number_of(const std::string& text, int least, int most) {
  int value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size() || value < least || value > most)
    throw std::invalid_argument{"'" + text + "' isn't a number from " + std::to_string(least) + " to " +
                                std::to_string(most)};
  return value;
}

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--workers" && has_value) {
      options.workers = number_of(arguments[++i], 1, 1000);
    } else if (arguments[i] == "--slow-workers" && has_value) {
      options.slow_workers = number_of(arguments[++i], 0, 1000);
    } else if (arguments[i] == "--interval-ms" && has_value) {
      options.interval = std::chrono::milliseconds{number_of(arguments[++i], 1, 60'000)};
    } else {
      options.port = static_cast<std::uint16_t>(number_of(arguments[i], 1, 65535));
    }
  }
  if (options.port == 0) throw std::invalid_argument{"the port is missing"};
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);  // before any thread is started: threads inherit the mask
  try {
    const Options options = parse({argv + 1, argv + argc});
    std::atomic<bool> stop = false;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::thread> threads;
    const auto add = [&](int count, Clock::duration round, Clock::duration sending) {
      for (int i = 0; i < count; ++i)
        workers.push_back(std::make_unique<Worker>(options, i, round * i / count, sending));
    };
    add(options.workers, options.interval, {});
    add(options.slow_workers, slow_request, slow_request);
    for (const auto& worker : workers) threads.emplace_back([&worker = *worker, &stop] { worker.run(stop); });
    int signal = 0;
    sigwait(&end, &signal);
    stop = true;
    for (std::thread& thread : threads) thread.join();
    print(workers);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n%s", error.what(), usage);
    return 2;
  }
}
