#pragma once

#include <string>
#include <string_view>

namespace vitals_test {

/// Starts so many threads that compute for ever, as a busy application would. They end with the process.
void spin(int threads);

/// The value of `--name=number` in the arguments, or the default.
int number_option(int argc, char** argv, std::string_view name, int otherwise);

/// The value of `--name=text`, or nothing.
std::string text_option(int argc, char** argv, std::string_view name);

/// Tells the script that started this server where it listens.
void tell_port(int port);

}  // namespace vitals_test
