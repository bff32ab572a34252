#include "benchmarks/spinning.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <unistd.h>

namespace vitals_test {

void spin(int threads) {
  for (int i = 0; i < threads; ++i)
    std::thread{[] {
      for (std::atomic<unsigned> turns = 0;; ++turns) {
      }
    }}.detach();
}

int number_option(int argc, char** argv, std::string_view name, int otherwise) {
  const auto text = text_option(argc, argv, name);
  return text.empty() ? otherwise : std::atoi(text.c_str());
}

std::string text_option(int argc, char** argv, std::string_view name) {
  const auto start = "--" + std::string{name} + "=";
  for (int i = 1; i < argc; ++i)
    if (std::string_view{argv[i]}.starts_with(start)) return argv[i] + start.size();
  return {};
}

void tell_port(int port) {
  std::printf("port %d pid %d\n", port, static_cast<int>(getpid()));
  std::fflush(stdout);
}

}  // namespace vitals_test
