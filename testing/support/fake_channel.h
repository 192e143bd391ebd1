// A WebSocketChannel and an HttpRequest without a socket: what was sent is kept as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/http/web_handler.h"

namespace lockstep::testing_support {

class FakeChannel final : public WebSocketChannel {
 public:
  void Send(WebSocketText message) override {
    std::string text(message.prefix);
    text += message.text ? *message.text : "";
    text += message.suffix;
    sent.push_back(std::move(text));
  }
  void Close(std::uint16_t code, std::string_view) override { closed_with = code; }
  [[nodiscard]] std::size_t queued_bytes() const override { return 0; }
  [[nodiscard]] std::string_view peer_address() const override { return "127.0.0.1"; }

  // The oldest that was sent; empty: nothing.
  std::string Take() {
    if (sent.empty()) {
      return {};
    }
    std::string text = std::move(sent.front());
    sent.pop_front();
    return text;
  }

  std::deque<std::string> sent;
  std::uint16_t closed_with = 0;
};

class FakeRequest final : public HttpRequest {
 public:
  explicit FakeRequest(std::string_view target)
      : path_(target.substr(0, target.find('?'))),
        query_(target.find('?') == std::string_view::npos ? std::string_view()
                                                          : target.substr(target.find('?') + 1)) {}
  [[nodiscard]] HttpMethod method() const override { return HttpMethod::kGet; }
  [[nodiscard]] std::string_view path() const override { return path_; }
  [[nodiscard]] std::string_view query() const override { return query_; }
  [[nodiscard]] std::string_view body() const override { return {}; }
  [[nodiscard]] std::string_view Header(std::string_view) const override { return {}; }
  [[nodiscard]] std::string_view peer_address() const override { return "127.0.0.1"; }
  [[nodiscard]] std::int64_t received_ns() const override { return 1; }

 private:
  std::string path_;
  std::string query_;
};

}  // namespace lockstep::testing_support
