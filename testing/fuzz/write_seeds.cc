// Writes the seed corpus: write_fuzz_seeds DIR makes DIR/frame_parser and DIR/session, a file for
// each sample message, alone and behind a logon, and DIR/http and DIR/websocket.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "protocol/frame.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {
namespace {

// Operations of session_fuzz.cc.
constexpr char kLogon = 1;
constexpr char kFramed = 2;
constexpr char kEngine = 3;
constexpr char kEmit = 4;
constexpr char kRead = 6;

std::string Step(char operation, const std::string& data) {
  return std::string{operation, static_cast<char>(data.size())} + data;
}

void Write(const std::filesystem::path& folder, const std::string& name, const std::string& data) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary | std::ios::trunc) << data;
}

void WriteBinanceSeeds(const std::filesystem::path& folder) {
  const std::string order =
      "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.5&price=100.25"
      "&newClientOrderId=x-1&recvWindow=5000.125&timestamp=1700000000000";
  const std::string signature = "&signature=" + std::string(64, 'a');
  Write(folder / "rest_request", "in_query", order + signature + "&apiKey=k");
  Write(folder / "rest_request", "in_body", std::string(1, '\0') + order + signature);
  Write(folder / "rest_request", "lists", "symbols=%5B%22A%22%2C%22B%22%5D&limit=5&orderId=1");
  Write(folder / "rest_request", "cancel_replace",
        order + "&cancelReplaceMode=ALLOW_FAILURE&cancelOrderId=1&cancelRestrictions=ONLY_NEW");
  Write(folder / "websocket_request", "order",
        R"({"id":"a-1","method":"order.place","params":{"symbol":"BTCUSDT","quantity":0.50,)"
        R"("flag":false,"none":null,"timestamp":1700000000000,"signature":"ab"}})");
  Write(folder / "websocket_request", "symbols",
        R"({"id":1,"method":"v3/ticker.price","params":{"symbols":["A","\u00e9"]}})");
}

void WriteSeeds(const std::filesystem::path& folder) {
  WriteBinanceSeeds(folder);
  std::vector<SampleMessage> samples = SampleCommands();
  const std::vector<SampleMessage> session = SampleSessionMessages();
  samples.insert(samples.end(), session.begin(), session.end());
  const std::string logged_on = Step(kEmit, "12345") + Step(kLogon, std::string{2, 1, 1}) +
                                Step(kEngine, "") + Step(kRead, std::string(64, 'r'));
  std::string all;
  std::string all_steps;
  for (const SampleMessage& sample : samples) {
    const std::string message(reinterpret_cast<const char*>(sample.bytes.data()),
                              sample.bytes.size());
    std::string frame(kFrameHeaderBytes, '\0');
    WriteFrameHeader(reinterpret_cast<std::byte*>(frame.data()), message.size());
    frame += message;
    all += frame;
    all_steps += Step(kFramed, message) + Step(kEngine, "");
    Write(folder / "frame_parser", sample.name, "\x05" + frame);
    Write(folder / "session", sample.name, Step(kFramed, message));
    Write(folder / "session", sample.name + "_logged_on",
          logged_on + Step(kFramed, message) + Step(kEngine, "") + Step(kRead, "0123456789"));
  }
  Write(folder / "frame_parser", "all", "\x03" + all);
  Write(folder / "session", "all", logged_on + all_steps);
}

std::string Frame(unsigned char first, const std::string& payload) {
  std::string frame{
      static_cast<char>(first), static_cast<char>(0x80U | payload.size()), 1, 2, 3, 4};
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ static_cast<char>(i % 4 + 1));
  }
  return frame;
}

void WriteWebSeeds(const std::filesystem::path& folder) {
  const std::string get = "GET /api/v3/depth?symbol=BTCUSDT&limit=5 HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string post =
      "POST /api/v3/order HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: k\r\nExpect: 100-continue\r\n"
      "Content-Length: 3\r\n\r\na=b";
  const std::string chunked =
      "POST /api HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n0\r\nT: t\r\n\r\n";
  const std::string upgrade =
      "GET /stream?streams=a@trade/%21b HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  Write(folder / "http", "all", "\x07" + get + post + chunked + upgrade);
  for (const std::string& one : {get, post, chunked, upgrade}) {
    Write(folder / "http", std::to_string(one.size()), "\x01" + one);
  }
  const std::string subscribe = R"({"method":"SUBSCRIBE","params":["a@trade","b"],"id":1})";
  const std::string property = R"({"method":"SET_PROPERTY","params":["combined",true],"id":"x"})";
  const std::string list = R"({"method":"LIST_SUBSCRIPTIONS","id":null})";
  const std::string unsubscribe = R"({"id":2,"method":"UNSUBSCRIBE","params":["b"]})";
  std::string all = "\x05";
  for (const std::string& text : {subscribe, property, list, unsubscribe}) {
    all += Frame(0x81, text);
    Write(folder / "websocket", std::to_string(text.size()), "\x02" + text);
  }
  all += Frame(0x01, "{") + Frame(0x89, "ping") + Frame(0x80, "}") + Frame(0x88, "\x03\xE8");
  Write(folder / "websocket", "all", all);
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_fuzz_seeds DIR\n");
    return 2;
  }
  try {
    lockstep::WriteSeeds(argv[1]);
    lockstep::WriteWebSeeds(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_fuzz_seeds: %s\n", error.what());
    return 1;
  }
  return 0;
}
