// The small application of size_with.cpp, without vitals: the difference is what vitals adds.

#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv, argv + argc);
    std::function<void()> work = [&] {
      for (const auto& argument : arguments) std::cout << argument << std::endl;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    };
    std::thread worker{work};
    worker.join();
  } catch (const std::exception& exception) {
    std::cerr << exception.what() << std::endl;
    return 1;
  }
}
