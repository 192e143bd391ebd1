#include "gateway/http/web_fixture_for_test.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/http/web_handler.h"

namespace lockstep {

class EchoSession final : public WebSocketSession {
 public:
  EchoSession(EchoHandler& handler, WebSocketChannel& channel)
      : handler_(handler), channel_(channel) {
    ++handler_.open_;
  }
  ~EchoSession() override { EXPECT_TRUE(closed_); }
  EchoSession(const EchoSession&) = delete;
  EchoSession& operator=(const EchoSession&) = delete;

  void OnText(std::string_view text, std::int64_t received_ns) override {
    EXPECT_GT(received_ns, 0);
    EXPECT_FALSE(closed_);
    if (text == "close") {
      channel_.Close(4001, "as asked");
      return;
    }
    channel_.SendText(std::string(text));
    if (text == "twice") {
      channel_.Send({.prefix = "<",
                     .text = std::make_shared<const std::string>(text),
                     .suffix = ">",
                     .owner = nullptr});
    }
  }
  void OnClosed() override {
    EXPECT_FALSE(std::exchange(closed_, true));
    --handler_.open_;
  }

 private:
  EchoHandler& handler_;
  WebSocketChannel& channel_;
  bool closed_ = false;
};

std::unique_ptr<WebSocketSession> EchoHandler::Open(const HttpRequest& request,
                                                    WebSocketChannel& channel) {
  if (request.query() == "refuse") {
    return nullptr;
  }
  channel.SendText("at " + std::string(request.path()));
  return std::make_unique<EchoSession>(*this, channel);
}

}  // namespace lockstep
