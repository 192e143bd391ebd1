#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/LogonAck.h"
#include "protocol/commands.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

// A server for one connection that does what the test's function says.
class OneConnectionServer {
 public:
  template <class Function>
  explicit OneConnectionServer(Function serve) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this, serve] {
      const int connection = accept(listener_, nullptr, nullptr);
      serve(connection);
      close(connection);
    });
  }
  ~OneConnectionServer() {
    thread_.join();
    close(listener_);
  }
  OneConnectionServer(const OneConnectionServer&) = delete;
  OneConnectionServer& operator=(const OneConnectionServer&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  int listener_;
  std::string address_;
  std::thread thread_;
};

template <class Codec>
void SendMessage(int connection, const std::function<void(Codec&)>& fill) {
  std::vector<std::byte> bytes(kFrameHeaderBytes + kMessageHeaderBytes + Codec::sbeBlockLength());
  WriteFrameHeader(bytes.data(), bytes.size() - kFrameHeaderBytes);
  Codec codec = Encode<Codec>(bytes.data() + kFrameHeaderBytes, bytes.size() - kFrameHeaderBytes);
  fill(codec);
  ASSERT_EQ(send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

std::vector<std::byte> ReceiveMessage(int connection) {
  std::array<std::byte, kFrameHeaderBytes> header{};
  if (recv(connection, header.data(), header.size(), MSG_WAITALL) != 6) {
    return {};
  }
  std::vector<std::byte> message(ReadFrameHeader(header).length - kFrameHeaderBytes);
  recv(connection, message.data(), message.size(), MSG_WAITALL);
  return message;
}

TEST(SbeClientTest, AnswersHeartbeatsAndHandsOnTheRest) {
  OneConnectionServer server([](int connection) {
    SendMessage<sbe::Challenge>(connection, [](auto& m) { m.heartbeatIntervalMs(1'000); });
    EXPECT_EQ(TemplateIdOf(ReceiveMessage(connection)), 81);
    SendMessage<sbe::LogonAck>(connection,
                               [](auto& m) { m.account(7).session(9).heartbeatIntervalMs(1'000); });
    EXPECT_TRUE(As<sbe::NewOrder>(ReceiveMessage(connection)).has_value());
    SendMessage<sbe::Heartbeat>(connection, [](auto& m) { m.echo(1); });
    EXPECT_EQ(TemplateIdOf(ReceiveMessage(connection)), 84);
    SendMessage<sbe::LogonAck>(connection, [](auto& m) { m.account(8); });
  });
  auto client = SbeClient::Connect(server.address());
  ASSERT_TRUE(client) << client.error().message();
  const auto logon = (*client)->Logon({"key", "secret"});
  ASSERT_TRUE(logon) << logon.error().message();
  EXPECT_EQ(logon->account, 7U);
  CommandBuilder commands;
  ASSERT_TRUE((*client)->Send(commands.NewOrder({.symbol = 1})).ok());
  const auto message = (*client)->Receive(5'000);
  ASSERT_TRUE(message) << message.error().message();
  EXPECT_EQ(As<sbe::LogonAck>(*message)->account(), 8U);
  EXPECT_EQ((*client)->Receive(5'000).error().code(), StatusCode::kIoError);
}

TEST(SbeClientTest, SaysWhenNothingArrives) {
  OneConnectionServer server([](int connection) {
    SendMessage<sbe::Challenge>(connection, [](auto&) {});
    EXPECT_TRUE(ReceiveMessage(connection).empty());
  });
  auto client = SbeClient::Connect(server.address());
  ASSERT_TRUE(client);
  EXPECT_EQ((*client)->Receive(10).error().code(), StatusCode::kUnavailable);
}

TEST(SbeClientTest, RefusesBytesThatAreNoFrame) {
  OneConnectionServer server([](int connection) {
    const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    send(connection, text, sizeof(text), MSG_NOSIGNAL);
  });
  EXPECT_EQ(SbeClient::Connect(server.address()).error().code(), StatusCode::kIoError);
  EXPECT_EQ(SbeClient::Connect("nowhere").error().code(), StatusCode::kInvalidArgument);
}

TEST(CommandBuilderTest, EveryCommandHasItsShapeAndItsOwnRequestId) {
  CommandBuilder commands(5);
  EXPECT_EQ(CheckShape(commands.NewOrder({.client_order_id = "a"}), kCommandShapes),
            ShapeError::kNone);
  EXPECT_EQ(commands.last_request_id(), (RequestId{5, 1}));
  for (const auto command :
       {commands.CancelOrder(1, {2}), commands.CancelAll(1), commands.AmendOrder(1, {2}, 3),
        commands.ReplaceOrder(1, {2}, 3, 4), commands.CreateAsset(1, "USDT", 8),
        commands.CreateSymbol({.name = "BTCUSDT"}), commands.CreateAccount(1),
        commands.Deposit(1, 2, 3, 4, 5)}) {
    EXPECT_FALSE(command.empty());
  }
  EXPECT_EQ(commands.last_request_id(), (RequestId{5, 9}));
  EXPECT_EQ(CheckShape(commands.CancelOrder(1, {2}), kCommandShapes), ShapeError::kNone);
  EXPECT_EQ(CheckShape(commands.ReplaceOrder(1, {2}, 3, 4), kCommandShapes), ShapeError::kNone);
  EXPECT_EQ(CheckShape(commands.CreateSymbol({.name = "BTCUSDT"}), kCommandShapes),
            ShapeError::kNone);
}

TEST(KeysFileTest, ReadsWhatIsWritten) {
  const std::string path = testing::TempDir() + "keys-" + std::to_string(getpid()) + ".json";
  std::ofstream(path) << KeysFileText({{"mk", "ms"}, {"tk", "ts"}, {"ak", "as"}});
  const auto keys = ReadKeysFile(path);
  ASSERT_TRUE(keys) << keys.error().message();
  EXPECT_EQ(keys->taker.api_key, "tk");
  EXPECT_EQ(keys->admin.api_secret, "as");
  std::ofstream(path) << "{\"maker\":{}}";
  EXPECT_EQ(ReadKeysFile(path).error().code(), StatusCode::kInvalidArgument);
  std::remove(path.c_str());
  EXPECT_EQ(ReadKeysFile(path).error().code(), StatusCode::kIoError);
}

}  // namespace
}  // namespace lockstep
