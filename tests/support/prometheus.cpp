#include "support/prometheus.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/http_client.hpp"

namespace vitals_test {
namespace {

constexpr std::chrono::milliseconds pause{20};

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    std::array<char, 4> digits{};
    std::snprintf(digits.data(), digits.size(), "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    encoded += digits.data();
  }
  return encoded;
}

/// The port that it took, from its log; 0: it hasn't said so yet.
std::uint16_t port_in(const std::string& log) {
  constexpr std::string_view before = "msg=\"Listening on\" address=127.0.0.1:";
  const auto found = log.find(before);
  if (found == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::stoul(log.substr(found + before.size())));
}

}  // namespace

Prometheus::Prometheus(std::uint16_t scraped) {
  const auto file = folder_.path() / "prometheus.yml";
  std::ofstream{file} << "global: {scrape_interval: 200ms, scrape_timeout: 200ms}\n"
                      << "scrape_configs:\n  - job_name: notes\n    static_configs: [{targets: ['127.0.0.1:" << scraped
                      << "']}]\n";
  const std::vector<std::string> arguments{"--config.file=" + file.string(),
                                           "--storage.tsdb.path=" + (folder_.path() / "data").string(),
                                           "--web.listen-address=127.0.0.1:0"};
  program_ = std::make_unique<Program>(executable, arguments, folder_.path());
  const bool is_ready = eventually(
      [&] {
        port_ = port_in(log());
        return port_ != 0 && log().find("Server is ready to receive web requests") != std::string::npos;
      },
      pause);
  if (!is_ready) throw std::runtime_error{"Prometheus doesn't start: " + log()};
}

std::string Prometheus::value(const std::string& query) const {
  const auto answer = http_get(port_, "/api/v1/query?query=" + percent_encoded(query));
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  const auto result = nlohmann::json::json_pointer{"/data/result"};
  if (json.is_discarded() || !json.contains(result) || json.at(result).size() != 1) return {};
  return json.at(result).at(0).at("value").at(1);
}

bool Prometheus::sees(const std::string& query, const std::string& value) const {
  return eventually([&] { return this->value(query) == value; }, pause);
}

int Prometheus::stop() {
  program_->signal(SIGTERM);
  return program_->wait();
}

}  // namespace vitals_test
