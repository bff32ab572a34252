// The memory of a server per Watch call, and what a change costs: vitals beside gRPC's own health service.
//
//   grpc_watchers [N]   10,000 watchers on 100 connections by default

#include <chrono>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <vitals/grpc.hpp>
#include <vitals/vitals.hpp>

#include "support/program.hpp"

namespace {

using vitals_test::Program;

std::unique_ptr<grpc::Server> build(grpc::ServerBuilder& builder, int& port) {
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  return builder.BuildAndStart();
}

double resident_kib() {
  long pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages >> pages;
  return static_cast<double>(pages * ::sysconf(_SC_PAGESIZE)) / 1024;
}

double cpu_ms() { return static_cast<double>(std::clock()) * 1e3 / CLOCKS_PER_SEC; }

void await(const Program& client, const std::string& line) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (!client.output().ends_with(line + "\n")) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error{"no \"" + line + "\"\n" + client.errors()};
    ::usleep(20'000);
  }
}

void measure(const std::string& name, int port, int watchers, const std::function<void(bool)>& set) {
  const vitals_test::TemporaryFolder folder;
  const auto address = "127.0.0.1:" + std::to_string(port);
  const auto number = std::to_string(watchers);
  std::optional<Program> client;
  client.emplace(VITALS_GRPC_CLIENT, std::vector<std::string>{address, "many", "100", "notes"}, folder.path());
  await(*client, "100 SERVING");  // what comes only once
  client.reset();
  const auto before = resident_kib();
  client.emplace(VITALS_GRPC_CLIENT, std::vector<std::string>{address, "many", number, "notes"}, folder.path());
  await(*client, number + " SERVING");
  std::cout << name << ": " << (resident_kib() - before) / watchers << " KiB per watcher" << std::flush;
  const auto used = cpu_ms();
  const auto begin = std::chrono::steady_clock::now();
  set(false);
  const std::chrono::duration<double, std::milli> held{std::chrono::steady_clock::now() - begin};
  await(*client, number + " NOT_SERVING");
  const std::chrono::duration<double, std::milli> took{std::chrono::steady_clock::now() - begin};
  std::cout << "; a change holds its thread for " << held.count() << " ms, costs " << cpu_ms() - used
            << " ms of processor time, and has reached all after " << took.count() << " ms" << std::endl;
}

void measure_vitals(int watchers) {
  vitals::HealthRegistry health;
  vitals::PushedCheck database{true};
  health.add_readiness_check("database", database);
  const vitals::Runner runner{health};
  vitals::GrpcHealthService service{health, {.names = {{"notes", vitals::Probe::readiness}}}};
  int port = 0;
  grpc::ServerBuilder builder;
  service.add_to(builder);
  const auto server = build(builder, port);
  measure("vitals", port, watchers, [&](bool serving) { database.set(serving); });
  service.shutdown();
  server->Shutdown(std::chrono::system_clock::now());
}

void measure_default(int watchers) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::CallbackGenericService nothing;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&nothing);
  const auto server = build(builder, port);
  auto& service = *server->GetHealthCheckService();
  service.SetServingStatus("notes", true);
  measure("gRPC's own", port, watchers, [&](bool serving) { service.SetServingStatus("notes", serving); });
  server->Shutdown(std::chrono::system_clock::now());
}

}  // namespace

// Each in a process of its own.
int main(int argc, char** argv) {
  const int watchers = argc > 1 ? std::stoi(argv[1]) : 10'000;
  if (argc > 2 && std::string{argv[2]} == "default") return measure_default(watchers), 0;
  measure_vitals(watchers);
  ::execl("/proc/self/exe", argv[0], std::to_string(watchers).c_str(), "default", nullptr);
  return 1;
}
