#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/arguments.hpp"
#include "probe/ask.hpp"
#include "support/eventually.hpp"
#include "support/full_listener.hpp"
#include "support/http_peer.hpp"
#include "support/reserved_port.hpp"
#include "support/scripted_peer.hpp"
#include "support/silent_listener.hpp"

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using vitals::detail::ask;
using vitals::detail::parse_probe_arguments;
using vitals::detail::ProbeAnswer;
using vitals_test::HttpPeer;
using vitals_test::PeerSession;
using vitals_test::ScriptedPeer;

ProbeAnswer answer_of(const std::string& url, std::vector<const char*> options = {}) {
  options.insert(options.begin(), {"--timeout", "30s"});
  options.push_back(url.c_str());
  const auto arguments = parse_probe_arguments(options, {});
  EXPECT_EQ(arguments.error, "");
  return ask(arguments);
}

std::string at(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

TEST(ProbeAskTest, AsksInHttp10AndKnowsTheStatus) {
  const HttpPeer server{
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK\n", "HTTP/1.1 503 \r\n\r\nno", "HTTP/1.0 302 x\r\n\r\n"}};

  const auto good = answer_of(server.url("/ready"));
  EXPECT_TRUE(good.is_good());
  EXPECT_EQ(good.body, "OK\n");
  const auto bad = answer_of(server.url("/ready"), {"--verbose", "--header", "X-A: b"});
  EXPECT_FALSE(bad.is_good());
  EXPECT_EQ(bad.status, 503);
  EXPECT_FALSE(answer_of(server.url("/?a"), {"--verbose"}).is_good());

  const auto host = "Connection: close\r\nHost: " + server.address() + "\r\nUser-Agent: vitals-probe\r\n";
  EXPECT_THAT(server.requests(), ElementsAre("GET /ready HTTP/1.0\r\n" + host + "\r\n",
                                             "GET /ready?verbose HTTP/1.0\r\n" + host + "X-A: b\r\n\r\n",
                                             "GET /?a&verbose HTTP/1.0\r\n" + host + "\r\n"));
}

TEST(ProbeAskTest, LocalhostIsBothLoopbackAddresses) {
  const HttpPeer server{{"HTTP/1.1 200 OK\r\n\r\n"}};
  auto url = server.url();
  url.replace(url.find("127.0.0.1"), 9, "localhost");

  EXPECT_TRUE(answer_of(url).is_good());
}

TEST(ProbeAskTest, SaysWhyThereIsNoAnswer) {
  const vitals_test::ReservedPort nobody;
  const vitals_test::SilentListener silent;
  const vitals_test::FullListener full;

  EXPECT_EQ(answer_of(at(nobody.number())).problem, "connection refused");
  EXPECT_EQ(answer_of(at(silent.port()), {"--timeout", "50ms"}).problem, "timed out while waiting for the answer");
  EXPECT_EQ(answer_of(at(full.port()), {"--timeout", "50ms"}).problem, "timed out while connecting");
  EXPECT_EQ(answer_of("unix:@vitals-test-nobody").problem, "connection refused");
  EXPECT_EQ(answer_of("unix:/nonexistent/socket").problem, "No such file or directory while connecting");
}

TEST(ProbeAskTest, RefusesWhatIsNotHttp) {
  const auto problem = [](const std::string& text) { return answer_of(HttpPeer{{text}}.url()).problem; };
  for (const auto* text : {"SSH-2.0\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
                           "HTTP/1.1 -20 x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1x200 OK\r\n\r\n"})
    EXPECT_EQ(problem(text), "the answer isn't HTTP") << text;
  EXPECT_EQ(problem(""), "no answer");
}

TEST(ProbeAskTest, ReadsAnAnswerInSingleBytesAndLeavesOneWithoutAnEnd) {
  const ScriptedPeer slow{[](const PeerSession& session) {
    (void)session.read_until("\r\n\r\n");
    for (const char byte : std::string{"HTTP/1.1 200 OK\r\n\r\nOK"}) session.send({&byte, 1});
  }};
  const ScriptedPeer endless{[](const PeerSession& session) {
    session.send("HTTP/1.1 200 OK\r\n\r\n");
    while (session.send(std::string(4096, 'x'))) {
    }
  }};

  EXPECT_EQ(answer_of("http://" + slow.address()).body, "OK");
  const auto answer = answer_of("http://" + endless.address());
  EXPECT_TRUE(answer.is_good());
  EXPECT_EQ(answer.body.size(), 64 * 1024 - std::string{"HTTP/1.1 200 OK\r\n\r\n"}.size());
}

TEST(ProbeAskTest, SaysThatAConnectionIsReset) {
  const ScriptedPeer server{[](const PeerSession& session) {
    (void)session.read(1);
    session.reset();
  }};

  EXPECT_THAT(answer_of("http://" + server.address()).problem, HasSubstr("reset by peer while waiting"));
}

}  // namespace
