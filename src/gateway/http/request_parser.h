// Bytes of HTTP/1 in, requests out: Boost.Beast's parser over storage that is used again, so that a
// request of the usual size allocates nothing.
//
// Bounds: header and body bytes, checked before the bytes are kept. Threads: one.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/web_handler.h"

namespace lockstep {

// One request with its own copy of its bytes.
class ParsedRequest final : public HttpRequest {
 public:
  [[nodiscard]] HttpMethod method() const override { return method_; }
  [[nodiscard]] std::string_view path() const override;
  [[nodiscard]] std::string_view query() const override;
  [[nodiscard]] std::string_view body() const override { return body_; }
  [[nodiscard]] std::string_view Header(std::string_view name) const override;
  [[nodiscard]] std::string_view peer_address() const override { return peer_address_; }
  [[nodiscard]] std::int64_t received_ns() const override { return received_ns_; }

  [[nodiscard]] bool is_http_1_1() const { return version_ == 11; }
  [[nodiscard]] bool has_known_version() const { return version_ == 10 || version_ == 11; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool asks_for_upgrade() const { return upgrade_; }

 private:
  friend class RequestParser;

  struct Part {
    std::uint32_t at = 0;
    std::uint32_t length = 0;
  };
  struct Field {
    Part name;
    Part value;
  };

  [[nodiscard]] std::string_view View(Part part) const {
    return std::string_view(text_).substr(part.at, part.length);
  }
  Part Keep(std::string_view bytes);
  void Clear();

  HttpMethod method_ = HttpMethod::kOther;
  int version_ = 0;
  bool keep_alive_ = false;
  bool upgrade_ = false;
  Part target_;
  std::vector<Field> fields_;
  std::string text_;  // target, then names and values
  std::string body_;
  std::string peer_address_;
  std::int64_t received_ns_ = 0;
};

class RequestParser {
 public:
  enum class State : std::uint8_t { kNeedsMore, kComplete, kBad };

  // Makes ready for the next request.
  void Begin(std::uint32_t max_header_bytes, std::size_t max_body_bytes);

  // Takes bytes that follow those taken before; returns how many were taken. Header bytes are taken
  // once all of a line is there: give the rest again with more behind it.
  std::size_t Feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  // kBad: 400, 413, 431 or 505.
  [[nodiscard]] unsigned bad_status() const { return bad_status_; }
  // True once for a request whose sender waits for 100 Continue before it sends the body.
  [[nodiscard]] bool TakeExpectation();

  // kComplete.
  [[nodiscard]] const ParsedRequest& request() const { return request_; }
  void SetOrigin(std::string_view peer_address, std::int64_t received_ns);
  [[nodiscard]] ParsedRequest TakeRequest() { return std::move(request_); }

  // Bytes kept of a request that is not complete.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  class Beast final : public boost::beast::http::basic_parser<true> {
   public:
    explicit Beast(RequestParser& owner) : owner_(owner) {}

   private:
    using verb = boost::beast::http::verb;
    using field = boost::beast::http::field;
    using view = boost::beast::string_view;
    using code = boost::beast::error_code;

    void on_request_impl(verb method, view method_text, view target, int version,
                         code& error) override;
    void on_response_impl(int status, view reason, int version, code& error) override;
    void on_field_impl(field name, view name_text, view value, code& error) override;
    void on_header_impl(code& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, code& error) override;
    std::size_t on_body_impl(view body, code& error) override;
    void on_chunk_header_impl(std::uint64_t size, view extensions, code& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, view body, code& error) override;
    void on_finish_impl(code& error) override;

    RequestParser& owner_;
  };

  std::optional<Beast> beast_;
  ParsedRequest request_;
  State state_ = State::kNeedsMore;
  unsigned bad_status_ = 0;
  bool expects_continue_ = false;
};

}  // namespace lockstep
