// What TLS costs the health port, beside nginx with the same certificate, where that is installed: processor time per
// handshake and per request on kept connections, and memory per idle connection. Each server has a process of its own.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <vitals/tls.hpp>
#include <vitals/vitals.hpp>

#include "support/descriptors.hpp"
#include "support/http_client.hpp"
#include "support/program.hpp"
#include "support/reserved_port.hpp"
#include "support/test_certificates.hpp"
#include "support/tls_wire.hpp"

namespace {

using namespace std::chrono_literals;
using vitals_test::HttpClient;
using vitals_test::TlsWire;

constexpr int rounds = 5;
constexpr std::chrono::seconds round_time{2};
constexpr std::size_t kept_connections = 32;
constexpr std::size_t idle_connections = 10'000;
const std::string request = "GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct Client {
  explicit Client(std::uint16_t port) : socket{port}, wire{socket.fd()} {}

  void send() { (void)wire.send(request); }
  /// Up to the end of the answer's body.
  void read() {
    std::string answer;
    std::array<char, 4096> bytes;
    while (!answer.ends_with("OK")) {
      const auto size = wire.receive(bytes.data(), bytes.size());
      if (size <= 0) throw std::runtime_error{"no answer"};
      answer.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }

  HttpClient socket;
  TlsWire wire;
};

struct Server {
  std::string name;
  std::uint16_t port = 0;
  pid_t pid = -1;  ///< Of the process that serves.
};

/// Of all threads of a process, in seconds.
double processor_time(pid_t pid) {
  double total = 0;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/task"}) {
    std::ifstream times{task.path() / "schedstat"};
    double nanoseconds = 0;
    times >> nanoseconds;
    total += nanoseconds / 1e9;
  }
  return total;
}

double resident_kib(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string word; file >> word;)
    if (word == "VmRSS:") {
      double kib = 0;
      file >> kib;
      return kib;
    }
  return 0;
}

/// Microseconds of the server's processor time per call.
template <class Call>
double cost(const Server& server, Call call) {
  const auto before = processor_time(server.pid);
  const auto end = std::chrono::steady_clock::now() + round_time;
  int calls = 0;
  while (std::chrono::steady_clock::now() < end) calls += call();
  return (processor_time(server.pid) - before) / calls * 1e6;
}

double cost_of_handshakes(const Server& server) {
  return cost(server, [&] {
    Client client{server.port};
    client.send();
    client.read();
    return 1;
  });
}

double cost_of_requests(const Server& server) {
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < kept_connections; ++i) clients.push_back(std::make_unique<Client>(server.port));
  return cost(server, [&] {
    for (const auto& client : clients) client->send();
    for (const auto& client : clients) client->read();
    return static_cast<int>(clients.size());
  });
}

double kib_per_idle_connection(const Server& server) {
  std::vector<std::unique_ptr<Client>> clients;
  const auto connect = [&](std::size_t count) {
    while (clients.size() < count) {
      clients.push_back(std::make_unique<Client>(server.port));
      clients.back()->send();
      clients.back()->read();
    }
  };
  connect(100);
  const auto before = resident_kib(server.pid);
  connect(100 + idle_connections);
  return (resident_kib(server.pid) - before) / idle_connections;
}

/// Runs until its parent ends it. Prints its port.
int serve(const std::string& folder) {
  const vitals_test::DescriptorLimit many{vitals_test::DescriptorLimit::hard()};
  vitals::HealthRegistry health;
  health.add_readiness_check("ready", vitals::PushedCheck{vitals::CheckResult::pass()});
  vitals::HealthServer server{health,
                              {.address = "127.0.0.1",
                               .port = 0,
                               .max_connections = 20'000,
                               .tls = vitals::tls({.certificate_file = folder + "/tls.crt",
                                                   .key_file = folder + "/tls.key",
                                                   .max_handshakes_per_second = 100'000})}};
  server.start();
  std::ofstream{folder + "/port"} << server.port() << std::endl;
  for (;;) ::pause();
}

std::string nginx_configuration(const std::string& folder, std::uint16_t port) {
  return "daemon off;\nmaster_process off;\npid " + folder + "/nginx.pid;\nworker_rlimit_nofile 40000;\n" +
         "error_log stderr crit;\nevents { worker_connections 20000; }\nhttp { access_log off; keepalive_requests "
         "1000000000;\n" +
         "keepalive_timeout 600; ssl_session_tickets off; ssl_protocols TLSv1.2 TLSv1.3;\nserver { listen 127.0.0.1:" +
         std::to_string(port) + " ssl; ssl_certificate " + folder + "/tls.crt; ssl_certificate_key " + folder +
         "/tls.key;\nlocation / { default_type text/plain; return 200 OK; } } }\n";
}

bool is_listening(std::uint16_t port) try {
  const HttpClient client{port};
  return true;
} catch (const std::runtime_error&) {
  return false;
}

template <class Condition>
void wait_for(Condition condition) {
  for (int i = 0; !condition(); ++i) {
    if (i == 1000) throw std::runtime_error{"a server doesn't start"};
    std::this_thread::sleep_for(10ms);
  }
}

void measure(const std::vector<Server>& servers) {
  constexpr double high = std::numeric_limits<double>::max();
  std::vector<double> handshakes(servers.size(), high);
  std::vector<double> requests(servers.size(), high);
  for (int i = 0; i < rounds; ++i)
    for (std::size_t s = 0; s < servers.size(); ++s) {
      handshakes[s] = std::min(handshakes[s], cost_of_handshakes(servers[s]));
      requests[s] = std::min(requests[s], cost_of_requests(servers[s]));
    }
  for (std::size_t s = 0; s < servers.size(); ++s)
    std::printf(
        "%-8s %7.1f us per handshake and request (%.0f per processor second), %5.2f us per request on a kept "
        "connection, %5.2f KiB per idle connection\n",
        servers[s].name.c_str(), handshakes[s], 1e6 / handshakes[s], requests[s], kib_per_idle_connection(servers[s]));
}

int run(const std::string& self) {
  const vitals_test::DescriptorLimit many{vitals_test::DescriptorLimit::hard()};
  const vitals_test::TemporaryFolder folder;
  const std::string path = folder.path();
  vitals_test::TestAuthority{}.issue().write_to(folder.path());
  std::vector<Server> servers;
  const vitals_test::Program ours{self, {"serve", path}, folder.path()};
  Server own{.name = "vitals"};
  wait_for([&] { return std::ifstream{path + "/port"} >> own.port && own.port != 0; });
  own.pid = ours.pid();
  servers.push_back(own);

  std::unique_ptr<vitals_test::Program> nginx;
  const std::string executable = "/usr/sbin/nginx";
  if (std::filesystem::exists(executable)) {
    Server other{.name = "nginx", .port = vitals_test::ReservedPort{}.number()};
    std::ofstream{path + "/nginx.conf"} << nginx_configuration(path, other.port);
    nginx = std::make_unique<vitals_test::Program>(executable, std::vector<std::string>{"-c", path + "/nginx.conf"},
                                                   folder.path());
    other.pid = nginx->pid();
    wait_for([&] { return is_listening(other.port); });
    servers.push_back(other);
  }
  measure(servers);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv, argv + argc);
  return words.size() == 3 && words[1] == "serve" ? serve(words[2])
                                                  : run(std::filesystem::read_symlink("/proc/self/exe"));
} catch (const std::exception& error) {
  std::cerr << "tls_benchmark: " << error.what() << "\n";
  return 1;
}
