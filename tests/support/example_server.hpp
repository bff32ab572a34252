#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/http_client.hpp"
#include "support/program.hpp"

namespace vitals_test {

/// The tests must not use the developer's own database.
inline const int without_database_url = unsetenv("DATABASE_URL");

/// The built vitals-example-server, running on free ports in a temporary folder. It ends without a propagation delay
/// unless its options set one.
class ExampleServer {
 public:
  explicit ExampleServer(std::vector<std::string> options = {}) : ExampleServer{{}, std::move(options)} {}
  ExampleServer(const std::filesystem::path& folder, std::vector<std::string> options)
      : program_{VITALS_EXAMPLE_SERVER, with_defaults(std::move(options)),
                 folder.empty() ? own_folder_.path() : folder} {
    const bool is_there = eventually([&] { return port_behind("health: ") != 0; });
    if (!is_there) throw std::runtime_error{"the example server doesn't start: " + program_.errors()};
    port_ = port_behind("application: ");
    health_port_ = port_behind("health: ");
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t health_port() const noexcept { return health_port_; }
  [[nodiscard]] std::string log() const { return program_.errors(); }
  /// Waits until the server has logged the text; false if it doesn't.
  [[nodiscard]] bool logs(const std::string& text) const {
    return eventually([&] { return log().find(text) != std::string::npos; });
  }

  /// The status code of an answer of the health server.
  [[nodiscard]] int health(const std::string& path) const { return exchange(health_port_, "GET", path).status; }
  [[nodiscard]] bool becomes(const std::string& path, int status) const {
    return eventually([&] { return health(path) == status; });
  }

  [[nodiscard]] HttpResponse get(const std::string& path = "/notes") const { return exchange(port_, "GET", path); }
  [[nodiscard]] HttpResponse post(const std::string& body, const std::string& path = "/notes") const {
    return exchange(port_, "POST", path, body);
  }
  [[nodiscard]] HttpResponse ask(const std::string& method, const std::string& path) const {
    return exchange(port_, method, path);
  }

  void signal(int number) const { program_.signal(number); }
  int wait() { return program_.wait(); }
  int end(int number = SIGINT) {
    signal(number);
    return wait();
  }

 private:
  static std::vector<std::string> with_defaults(std::vector<std::string> options) {
    options.insert(options.begin(), {"--port", "0", "--health-port", "0", "--drain-seconds", "0"});
    return options;
  }

  static HttpResponse exchange(std::uint16_t port, const std::string& method, const std::string& path,
                               const std::string& body = {}) {
    HttpClient client{port};
    client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read_response(method == "HEAD");
  }

  [[nodiscard]] std::uint16_t port_behind(const std::string& word) const {
    const std::string output = program_.output();
    const auto url = output.find(word + "http://127.0.0.1:");
    const auto line_end = output.find('\n', url);
    if (url == std::string::npos || line_end == std::string::npos) return 0;
    return static_cast<std::uint16_t>(std::stoi(output.substr(output.find(':', url + word.size() + 5) + 1)));
  }

  TemporaryFolder own_folder_;
  Program program_;
  std::uint16_t port_ = 0;
  std::uint16_t health_port_ = 0;
};

}  // namespace vitals_test
