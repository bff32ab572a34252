#include "options.hpp"

#include <charconv>
#include <string_view>

namespace notes {
namespace {

long number(std::string_view option, std::string_view text, long most) {
  long value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || value < 0 || value > most)
    throw UsageError{std::string{option} + " takes a number from 0 to " + std::to_string(most)};
  return value;
}

std::uint16_t port(std::string_view option, std::string_view text) {
  return static_cast<std::uint16_t>(number(option, text, 65535));
}

std::chrono::seconds seconds(std::string_view option, std::string_view text, long most = 3600) {
  return std::chrono::seconds{number(option, text, most)};
}

using Setter = void (*)(Options& options, std::string_view option, std::string_view value);

/// Returns the function that stores the value of an option; null if there is no such option.
Setter setter_of(std::string_view option) {
  if (option == "--port") return [](Options& o, std::string_view name, std::string_view v) { o.port = port(name, v); };
  if (option == "--health-port")
    return [](Options& o, std::string_view name, std::string_view v) { o.health_port = port(name, v); };
  if (option == "--database")
    return [](Options& o, std::string_view, std::string_view v) {
      o.database = v;
      o.database_from = "--database";
    };
  if (option == "--redis") return [](Options& o, std::string_view, std::string_view v) { o.redis = v; };
  if (option == "--upstream") return [](Options& o, std::string_view, std::string_view v) { o.upstream = v; };
  if (option == "--startup-seconds")
    return [](Options& o, std::string_view name, std::string_view v) { o.startup = seconds(name, v); };
  if (option == "--drain-seconds")
    return [](Options& o, std::string_view name, std::string_view v) { o.drain = seconds(name, v, 240); };
  return nullptr;
}

}  // namespace

const char* const usage =
    R"(Usage: vitals-example-server [OPTION...]

A service that keeps notes: GET /notes lists them, POST /notes with {"text": "..."} adds one.

  --port N               where the notes are served; 0 picks a free port (default 8000)
  --health-port N        where /healthz, /ready, /startup and /health are answered (default 8080)
  --database URL         sqlite:PATH or postgresql://... (default: DATABASE_URL from the environment, else
                         sqlite:notes.db); put a password into DATABASE_URL, since every user of the machine can
                         read a command line
  --redis URL            redis://[[user]:password@]host[:port]: a cache, watched as an example; its failure is shown and
                         doesn't make the service unready; without a password, for the same reason
  --upstream URL         http://...: a service behind this one, watched likewise
  --startup-seconds N    how long the simulated migration takes at the start (default 0)
  --drain-seconds N      how long it keeps serving after SIGTERM or Ctrl-C, until load balancers have noticed that it
                         is no longer ready (default 10); a second signal ends that wait, a third abandons the
                         requests in flight
  --print-kubernetes     print the probes for a manifest of Kubernetes and exit
  --help                 print this and exit
  --version              print the version and exit
)";

Options parse_options(const std::vector<std::string>& arguments, const char* database_url) {
  Options options;
  if (database_url != nullptr) {
    options.database = database_url;
    options.database_from = "DATABASE_URL";
  }
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    const auto equals = argument->find('=');
    const std::string option = argument->substr(0, equals);
    if (option.empty() || option.front() != '-') throw UsageError{"expected an option, not a value"};
    if (*argument == "--help" || *argument == "-h") {
      options.help = true;
    } else if (*argument == "--print-kubernetes") {
      options.print_kubernetes = true;
    } else if (*argument == "--version") {
      options.version = true;
    } else if (const Setter set = setter_of(option); set == nullptr) {
      throw UsageError{"unknown option " + option};
    } else if (equals != std::string::npos) {
      set(options, option, std::string_view{*argument}.substr(equals + 1));
    } else if (++argument == arguments.end()) {
      throw UsageError{option + " needs a value"};
    } else {
      set(options, option, *argument);
    }
  }
  return options;
}

}  // namespace notes
