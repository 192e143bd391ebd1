// WebSockets over real sockets: frames in, frames out, and their bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/http/route_table.h"
#include "gateway/http/web_fixture_for_test.h"
#include "gateway/http/web_limits.h"
#include "testing/support/raw_connection.h"

namespace lockstep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::ClientFrame;
using testing_support::ClientText;
using testing_support::ServerFrame;

constexpr std::int64_t kNsPerMs = 1'000'000;

class WebSocketTest : public WebTest {
 protected:
  ~WebSocketTest() override {
    Stop();
    EXPECT_EQ(echo_.open(), 0);
  }

  void StartEcho(const WebLimits& limits = {}, std::uint32_t max_messages_per_second = 0) {
    Start(limits, {{.path = "/ws",
                    .websocket = &echo_,
                    .websocket_loop = WebLoopName::kStream,
                    .max_messages_per_second = max_messages_per_second},
                   {.path = "/ws-api", .websocket = &echo_}});
  }
  // Opens one and reads the greeting.
  void Open(Connection& connection, const std::string& target = "/ws") {
    EXPECT_THAT(connection.Upgrade(target), StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    EXPECT_EQ(connection.ReadText(), "at " + target);
  }
  // What a fresh WebSocket is closed with when it sends `bytes`.
  unsigned CloseCodeFor(const std::string& bytes) {
    Connection connection(port());
    Open(connection);
    connection.Send(bytes);
    for (;;) {
      const auto frame = connection.ReadFrame();
      if (!frame) {
        return 0;
      }
      if (frame->opcode == 8) {
        connection.Send(ClientFrame(0x88, frame->payload.substr(0, 2)));
        EXPECT_FALSE(connection.ReadFrame().has_value());
        return frame->close_code();
      }
    }
  }

  EchoHandler echo_;
};

TEST_F(WebSocketTest, TheHandshakeIsThatOfTheRfc) {
  StartEcho();
  Connection connection(port());
  const std::string answer = connection.Upgrade("/ws/any%20thing/at//all?x");
  EXPECT_THAT(answer, HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_EQ(connection.ReadText(), "at /ws/any%20thing/at//all");
  EXPECT_THAT(Connection(port()).Upgrade("/wsx"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Exchange("GET /ws HTTP/1.1\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 426 "));
  const std::string upgrade =
      "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n";
  EXPECT_THAT(Exchange(upgrade + "Sec-WebSocket-Version: 8\r\n\r\n"),
              HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(Exchange(upgrade + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(WebSocketTest, TextsComeBackOnEitherLoop) {
  StartEcho();
  for (const std::string target : {"/ws", "/ws-api/v3"}) {
    Connection connection(port());
    Open(connection, target);
    for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U, 65'536U}) {
      const std::string text(size, 'x');
      connection.Send(ClientText(text));
      EXPECT_EQ(connection.ReadText(), text);
    }
    connection.Send(ClientText("twice"));
    EXPECT_EQ(connection.ReadText(), "twice");
    EXPECT_EQ(connection.ReadText(), "<twice>");
  }
}

TEST_F(WebSocketTest, FragmentsPingsAndSingleBytesMakeTheSameMessage) {
  StartEcho();
  Connection connection(port());
  Open(connection);
  const std::string bytes = ClientFrame(0x01, "one \xC3") + ClientFrame(0x89, "p") +
                            ClientFrame(0x00, "") + ClientFrame(0x80, "\xA4 end") +
                            ClientText("next");
  for (const char byte : bytes) {
    connection.Send({&byte, 1});
  }
  const auto pong = connection.ReadFrame();
  ASSERT_TRUE(pong.has_value());
  EXPECT_EQ(pong->opcode, 0xAU);
  EXPECT_EQ(pong->payload, "p");
  EXPECT_EQ(connection.ReadText(), "one \xC3\xA4 end");
  EXPECT_EQ(connection.ReadText(), "next");
}

TEST_F(WebSocketTest, FramesSentBehindTheHandshakeAreNotLost) {
  StartEcho();
  Connection connection(port());
  connection.Send(
      "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      ClientText("early") + ClientText("later").substr(0, 5));
  EXPECT_THAT(connection.ReadAnswer(), StartsWith("HTTP/1.1 101 "));
  EXPECT_EQ(connection.ReadText(), "at /ws");
  EXPECT_EQ(connection.ReadText(), "early");
  connection.Send(ClientText("later").substr(5));
  EXPECT_EQ(connection.ReadText(), "later");
}

TEST_F(WebSocketTest, WhatTheRfcForbidsEndsWithItsCode) {
  StartEcho();
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x82, "binary")), 1003U);
  EXPECT_EQ(CloseCodeFor(ClientText("\xFF\xFE")), 1007U);
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x01, "\xED\xA0") + ClientFrame(0x80, "\x80")), 1007U);
  EXPECT_EQ(CloseCodeFor("\x81\x05hello"), 1002U) << "not masked";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0xC1, "x")), 1002U) << "reserved bit";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x83, "x")), 1002U) << "unknown opcode";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x80, "x")), 1002U) << "continues nothing";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x01, "x") + ClientText("y")), 1002U) << "not continued";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x09, "x")), 1002U) << "a control frame in fragments";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x89, std::string(126, 'x'))), 1002U);
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x88, "\x03")), 1002U);
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x88, "\x03\xEE")), 1002U) << "1006";
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x88, "\x03\xE8\xFF")), 1007U);
  EXPECT_EQ(CloseCodeFor(ClientText(std::string(65'537, 'x'))), 1009U);
  std::string endless = ClientFrame(0x01, std::string(60'000, 'x'));
  endless += ClientFrame(0x00, std::string(6'000, 'x'));
  EXPECT_EQ(CloseCodeFor(endless), 1009U);
  EXPECT_EQ(CloseCodeFor("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), 1009U);
  EXPECT_EQ(counters().malformed.load(), 16U);
}

TEST_F(WebSocketTest, EitherSideMayClose) {
  StartEcho();
  EXPECT_EQ(CloseCodeFor(ClientText("close")), 4001U);
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x88, "\x0F\xA0why")), 4000U);
  EXPECT_EQ(CloseCodeFor(ClientFrame(0x88, "")), 0U);
  Connection refused(port());
  refused.Upgrade("/ws?refuse");
  EXPECT_EQ(refused.ReadFrame().value_or(ServerFrame{}).close_code(), 1008U);
  {
    Connection vanishes(port());
    Open(vanishes);
  }
  while (echo_.open() != 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(counters().malformed.load(), 0U);
}

TEST_F(WebSocketTest, WhoSendsTooOftenIsClosed) {
  StartEcho({}, 10);
  std::string burst;
  for (int i = 0; i < 50; ++i) {
    burst += ClientText("x");
  }
  EXPECT_EQ(CloseCodeFor(burst), 1008U);
  EXPECT_EQ(counters().messages_throttled.load(), 1U);
}

TEST_F(WebSocketTest, FragmentsOfNothingDoNotGoOnForEver) {
  StartEcho({.max_frames_per_second = 100});
  std::string fragments = ClientFrame(0x01, "");
  for (int i = 0; i < 500; ++i) {
    fragments += ClientFrame(0x00, "");
  }
  EXPECT_EQ(CloseCodeFor(fragments), 1008U);
}

TEST_F(WebSocketTest, AReaderThatIsTooSlowIsClosed) {
  StartEcho({.max_outbound_bytes = 1U << 20U});
  Connection connection(port());
  Open(connection);
  const std::string text = ClientText(std::string(60'000, 'x'));
  while (counters().slow_consumers.load() == 0 && connection.Send(text)) {
  }
  EXPECT_EQ(counters().slow_consumers.load(), 1U);
  while (echo_.open() != 0) {
    std::this_thread::yield();
  }
}

TEST_F(WebSocketTest, WhoDoesNotAnswerPingsIsClosed) {
  StartEcho({.ping_interval_ns = 50 * kNsPerMs,
             .pong_timeout_ns = 400 * kNsPerMs,
             .tick_ns = 10 * kNsPerMs});
  Connection answers(port());
  Connection silent(port());
  Open(answers);
  Open(silent);
  // Ten seconds of pings at most; the one that answers outlives the other.
  for (int i = 0; i < 200 && counters().pong_timeouts.load() == 0; ++i) {
    const auto ping = answers.ReadFrame();
    ASSERT_TRUE(ping.has_value());
    ASSERT_EQ(ping->opcode, 9U);
    EXPECT_FALSE(ping->payload.empty());
    answers.Send(ClientFrame(0x8A, ping->payload));
  }
  EXPECT_EQ(counters().pong_timeouts.load(), 1U);
  unsigned code = 0;
  while (const auto frame = silent.ReadFrame()) {
    code = frame->opcode == 8 ? frame->close_code() : code;
  }
  EXPECT_EQ(code, 1008U);
}

TEST_F(WebSocketTest, NoneLivesForEver) {
  StartEcho({.websocket_life_ns = 100 * kNsPerMs, .tick_ns = 10 * kNsPerMs});
  Connection connection(port());
  Open(connection);
  EXPECT_EQ(connection.ReadFrame().value_or(ServerFrame{}).close_code(), 1001U);
  // A peer that does not answer the close does not hold the place.
  EXPECT_FALSE(connection.ReadFrame().has_value());
  while (counters().websockets_open.load() != 0) {
    std::this_thread::yield();
  }
}

}  // namespace
}  // namespace lockstep
