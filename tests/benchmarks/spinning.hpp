#pragma once

#include <string>
#include <string_view>

namespace vitals_test {

/// Starts this many threads that compute without end, as in a busy application. They end with the process.
void spin(int threads);

/// The value of `--name=number` in the arguments, or the default.
int number_option(int argc, char** argv, std::string_view name, int otherwise);

/// The value of `--name=text`, or nothing.
std::string text_option(int argc, char** argv, std::string_view name);

/// Prints where the server listens, for the script that has started it.
void tell_port(int port);

}  // namespace vitals_test
