// The small application of size_without.cpp, with a health server.

#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <vitals/vitals.hpp>

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv, argv + argc);
    vitals::HealthRegistry health;
    const vitals::Heartbeat heartbeat{std::chrono::seconds{5}};
    health.add_liveness_check("worker", heartbeat);
    health.add_readiness_check("arguments", [&] { return arguments.size() > 1; });
    vitals::HealthServer server{health};
    server.start();
    std::function<void()> work = [&] {
      for (const auto& argument : arguments) std::cout << argument << std::endl;
      heartbeat.beat();
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    };
    std::thread worker{work};
    worker.join();
  } catch (const std::exception& exception) {
    std::cerr << exception.what() << std::endl;
    return 1;
  }
}
