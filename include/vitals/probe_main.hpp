#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile this file with -std=c++20 or newer"
#else

#include <optional>

#include <vitals/export.hpp>

namespace vitals::inline v1 {

/// Makes a service its own probe, for containers without a shell or curl: `app --health` asks the running `app`.
///
/// @code
/// #include <vitals/probe_main.hpp>   // link vitals::probe
/// int main(int argc, char** argv) {
///   if (const auto status = vitals::probe_main(argc, argv)) return *status;
///   ...
/// }
/// @endcode
///
/// Call it first: it must not open the database or take the port. What follows `--health` are the arguments of
/// `vitals-probe` (`app --health --help` lists them); without a URL it asks `default_url`. It prints one line on standard
/// output, and what is wrong with the arguments on standard error.
///
/// @param default_url  As on the command line: "http://127.0.0.1:8080/healthz", "unix:/run/notes/health.sock:/healthz".
/// @returns The exit status if the first argument is `--health`: 0 if the answer has a status of 200 to 299, 1 if it has
///          another or there is none, 64 if the arguments are wrong (EX_USAGE of sysexits.h). Otherwise nullopt.
/// @par Thread safety  Safe. Uses the calling thread only.
[[nodiscard]] VITALS_EXPORT std::optional<int> probe_main(int argc, const char* const* argv,
                                                          const char* default_url = "http://127.0.0.1:8080/healthz");

}  // namespace vitals::inline v1

#endif
