#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/scripted_peer.hpp"

namespace vitals_test {

/// An HTTP server that sends its answers as they are given, and keeps the heads of the requests.
class HttpPeer {
 public:
  /// Each answer is for one connection; the last one also for all that follow.
  explicit HttpPeer(std::vector<std::string> answers) : answers_{std::move(answers)} {}

  /// "127.0.0.1:40123".
  [[nodiscard]] std::string address() const { return peer_.address(); }
  [[nodiscard]] std::string url(const std::string& target = "/ready") const { return "http://" + address() + target; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void answer(const PeerSession& session) {
    auto request = session.read_until("\r\n\r\n");
    std::string text;
    {
      const std::lock_guard lock{mutex_};
      text = answers_.at(std::min(requests_.size(), answers_.size() - 1));
      requests_.push_back(std::move(request));
    }
    session.send(text);
  }

  const std::vector<std::string> answers_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  ScriptedPeer peer_{[this](const PeerSession& session) { answer(session); }};
};

}  // namespace vitals_test
