#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <vitals/check_result.hpp>
#include <vitals/checks/mysql.hpp>

#include "support/run_check.hpp"
#include "support/scripted_peer.hpp"

namespace vitals_test {

inline vitals::checks::MySql check_of(const ScriptedPeer& peer, vitals::checks::MySqlOptions options = {}) {
  return vitals::checks::MySql{"mysql://app:s3cr%40t@" + peer.address() + "/app", std::move(options)};
}

/// What a check says whose server plays this script.
inline vitals::CheckResult result_of(ScriptedPeer::Script script, std::chrono::milliseconds timeout = generous,
                                     vitals::checks::MySqlOptions options = {}) {
  const ScriptedPeer peer{std::move(script)};
  return check_of(peer, std::move(options))(context_for(timeout));
}

/// Sends this to everybody.
inline ScriptedPeer::Script says(std::string text) {
  return [text = std::move(text)](const PeerSession& session) {
    session.send(text);
    session.wait_for_end();
  };
}

inline std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Sends this for ever.
inline void send_for_ever(const PeerSession& session, const std::string& text) {
  const auto much = repeated(text, 1000);
  while (session.send(much)) {
  }
}

}  // namespace vitals_test
