// One connection that speaks HTTP/1: a request at a time, each answered before the next is looked
// at, until either side ends it, a limit is passed or it becomes a WebSocket.
//
// Threads: the trading loop's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/request_parser.h"
#include "gateway/http/route_table.h"
#include "gateway/http/tcp_connection.h"
#include "gateway/http/web_handler.h"

namespace lockstep {

// What an HTTP connection asks of its server. Outlives it.
class HttpServices {
 public:
  virtual ~HttpServices() = default;
  [[nodiscard]] virtual const RouteTable& routes() const = 0;
  // False: everything but /healthz, /leaderz and /metrics is 503.
  [[nodiscard]] virtual bool is_serving() const = 0;
  // Nothing when the process is well.
  [[nodiscard]] virtual std::optional<std::string> Trouble() const = 0;
  // Nothing when the process is well and takes what only a leader may.
  [[nodiscard]] virtual std::optional<std::string> WhyNotLeading() const = 0;
  [[nodiscard]] virtual std::string MetricsText() const = 0;
};

class HttpConnection final : public TcpConnection {
 public:
  HttpConnection(boost::asio::ip::tcp::socket socket, std::string peer_address,
                 ConnectionPlace place, WebLoop& loop, WebLoop& stream_loop,
                 HttpServices& services);

  void Start();
  void OnDeadline(std::int64_t now_ns) override;

  // The answer to the request under way, by its responder.
  void Answer(HttpReply reply);

 private:
  enum class State : std::uint8_t { kReading, kAnswering, kWriting, kLingering };

  void OnReadable() override;
  void OnWritable() override;
  void OnClose() override;

  // Takes requests out of `bytes`, keeps what is not complete and goes on waiting.
  void Process(std::string_view bytes);
  void ProcessKept();
  [[nodiscard]] std::size_t TakeRequest(std::string_view bytes);
  // Keeps what has come in part. False: it may not, and the connection has been closed.
  [[nodiscard]] bool Keep(std::string_view rest);
  // `rest` came behind the request.
  void Dispatch(std::string_view rest);
  [[nodiscard]] bool AnswerProbe(const ParsedRequest& request);
  void UpgradeTo(const WebRoute& route, const ParsedRequest& request, std::string_view rest);
  void HandOver(const WebRoute& route, std::string answer, std::string_view rest);
  void Refuse(unsigned status);
  void WriteAnswer(std::string_view head, std::string body);
  void OnWritten();
  void Linger();

  WebLoop& stream_loop_;
  HttpServices& services_;
  std::unique_ptr<RequestParser> parser_;  // null between requests
  std::string kept_;                       // bytes that no parser has taken yet
  std::string unsent_;
  std::size_t unsent_at_ = 0;
  std::size_t held_ = 0;  // as told to the loop
  std::size_t discarded_ = 0;
  State state_ = State::kReading;
  bool processing_ = false;  // Process is at work above
  bool keep_alive_ = true;
  bool is_http_1_1_ = true;
  bool is_head_ = false;
  bool any_origin_ = false;
};

}  // namespace lockstep
