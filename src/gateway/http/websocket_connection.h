// One WebSocket on its loop: frames in to a session, texts of the session out.
//
// Both directions are our own reading of RFC 6455 instead of Beast's stream: what a turn of the
// loop queues for a peer, texts and control frames alike, leaves in one gathered write, and there
// is one order of frames, because only this class writes.
//
// Threads: the loop's; Open any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/request_parser.h"
#include "gateway/http/tcp_connection.h"
#include "gateway/http/web_handler.h"
#include "gateway/http/websocket_queue.h"
#include "gateway/http/websocket_reader.h"
#include "gateway/throttle.h"

namespace lockstep {

// A connection whose handshake has been read and is to be answered.
struct UpgradedConnection {
  int descriptor = -1;
  ConnectionPlace place;
  std::string peer_address;
  ParsedRequest request;
  std::string answer;    // to the handshake
  std::string received;  // behind the request
  WebSocketHandler* handler = nullptr;
  std::uint32_t max_messages_per_second = 0;
};

class WebSocketConnection final : public TcpConnection, public WebSocketChannel {
 public:
  // Goes on with it on `loop`.
  static void Open(WebLoop& loop, UpgradedConnection upgraded);

  WebSocketConnection(boost::asio::ip::tcp::socket socket, UpgradedConnection& upgraded,
                      WebLoop& loop);
  ~WebSocketConnection() override;

  void Send(WebSocketText message) override;
  void Close(std::uint16_t code, std::string_view reason) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return queue_.size(); }
  [[nodiscard]] std::string_view peer_address() const override { return peer(); }

  // Writes what is queued, as far as the peer takes it.
  void Flush();
  void OnDeadline(std::int64_t now_ns) override;
  void EndWithLoop() override;

 private:
  enum class State : std::uint8_t {
    kOpen,
    kClosing,    // our close frame is queued or sent; the peer's has not come
    kLingering,  // both have been sent; waiting for the peer's end of the socket
  };

  void Start(UpgradedConnection upgraded);
  void OnReadable() override;
  void OnWritable() override;
  void OnClose() override;

  void Read(std::string received);
  // Handles the frames at the front of `bytes`; returns how many bytes were used.
  [[nodiscard]] std::size_t HandleFrames(std::span<char> bytes);
  void HandleFrame(const WebSocketReader::Result& frame);
  [[nodiscard]] bool Throttled(bool is_text, std::int64_t now_ns);
  void AnswerClose(WebSocketCode code);
  void BeginClose(WebSocketCode code, std::string_view reason, State next);
  void Queue(WebSocketOpcode opcode, std::string payload);
  void QueueChanged(std::size_t before);
  void EndSession();
  void ScheduleDeadline();

  WebSocketReader reader_;
  WebSocketQueue queue_;
  std::unique_ptr<WebSocketSession> session_;
  std::string kept_;  // the bytes of a frame that is not all there
  std::size_t held_ = 0;
  Throttle messages_;
  Throttle frames_;
  State state_ = State::kOpen;
  bool flush_scheduled_ = false;
  bool blocked_ = false;  // the peer's window is full
  bool in_table_ = true;
  std::int64_t ends_at_ns_;
  std::int64_t ping_at_ns_;
  std::int64_t pong_due_ns_;
};

}  // namespace lockstep
