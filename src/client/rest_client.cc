#include "client/rest_client.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/status.h"

namespace lockstep {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{64} << 20U;
// Between two attempts: a restart takes longer than the first, and shorter than a few of the last.
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{200};

http::verb VerbOf(RestMethod method) {
  switch (method) {
    case RestMethod::kGet:
      return http::verb::get;
    case RestMethod::kPost:
      return http::verb::post;
    case RestMethod::kPut:
      return http::verb::put;
    case RestMethod::kDelete:
      return http::verb::delete_;
  }
  return http::verb::get;
}

Status StatusOf(const beast::error_code& error, const std::string& what) {
  StatusCode code = StatusCode::kIoError;
  if (error == beast::error::timeout) {
    code = StatusCode::kUnavailable;
  } else if (error.category() == make_error_code(http::error::bad_version).category() &&
             error != http::error::end_of_stream && error != http::error::partial_message) {
    code = StatusCode::kCorruption;
  }
  return {code, what + ": " + error.message()};
}

RestAnswer AnswerOf(http::response<http::string_body>& response) {
  RestAnswer answer;
  answer.status = response.result_int();
  const auto retry_after = response[http::field::retry_after];
  std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(),
                  answer.retry_after_s);
  answer.body = std::move(response.body());
  return answer;
}

}  // namespace

class RestClient::Impl {
 public:
  explicit Impl(std::string address) : address_(std::move(address)) {}

  Result<RestAnswer> Send(const RestRequest& request, std::int64_t timeout_ms) {
    const bool was_connected = stream_.has_value();
    auto answer = Attempt(request, timeout_ms);
    if (!answer && was_connected && answer.error().code() == StatusCode::kIoError) {
      answer = Attempt(request, timeout_ms);
    }
    return answer;
  }

 private:
  Result<RestAnswer> Attempt(const RestRequest& request, std::int64_t timeout_ms) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    if (!stream_) {
      if (Status status = Connect(deadline); !status.ok()) {
        stream_.reset();
        return std::unexpected(status);
      }
    }
    auto answer = Exchange(request, deadline);
    if (!answer) {
      stream_.reset();
    }
    return answer;
  }

  Status Connect(std::chrono::steady_clock::time_point deadline) {
    const std::size_t colon = address_.rfind(':');
    if (colon == std::string::npos || colon == 0) {
      return {StatusCode::kInvalidArgument, "'" + address_ + "' is not host:port"};
    }
    beast::error_code error;
    tcp::resolver resolver(io_);
    const auto endpoints =
        resolver.resolve(tcp::v4(), address_.substr(0, colon), address_.substr(colon + 1), error);
    if (error) {
      return {StatusCode::kInvalidArgument, address_ + ": " + error.message()};
    }
    buffer_.clear();
    stream_.emplace(io_);
    stream_->expires_at(deadline);
    stream_->async_connect(endpoints, [&error](const beast::error_code& result,
                                               const tcp::endpoint&) { error = result; });
    Run();
    if (error) {
      return StatusOf(error, "connect to " + address_);
    }
    stream_->socket().set_option(tcp::no_delay(true), error);
    return Status::Ok();
  }

  Result<RestAnswer> Exchange(const RestRequest& request,
                              std::chrono::steady_clock::time_point deadline) {
    http::request<http::empty_body> message(VerbOf(request.method), request.target, 11);
    message.set(http::field::host, address_);
    if (!request.api_key.empty()) {
      message.set("X-MBX-APIKEY", request.api_key);
    }
    message.prepare_payload();
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMaxBodyBytes);
    beast::error_code error;
    stream_->expires_at(deadline);
    http::async_write(*stream_, message, [&](const beast::error_code& written, std::size_t) {
      error = written;
      if (!written) {
        http::async_read(*stream_, buffer_, parser,
                         [&](const beast::error_code& read, std::size_t) { error = read; });
      }
    });
    Run();
    if (error) {
      return std::unexpected(StatusOf(error, "request to " + address_));
    }
    auto response = parser.release();
    if (!response.keep_alive()) {
      stream_.reset();
    }
    return AnswerOf(response);
  }

  void Run() {
    io_.restart();
    io_.run();
  }

  std::string address_;
  boost::asio::io_context io_{1};
  std::optional<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

RestClient::RestClient(std::string address) : impl_(std::make_unique<Impl>(std::move(address))) {}

RestClient::~RestClient() = default;

Result<RestAnswer> RestClient::Send(const RestRequest& request, std::int64_t timeout_ms) {
  return impl_->Send(request, timeout_ms);
}

Result<RestAnswer> RestClient::SendUntilAnswered(const RestRequest& request,
                                                 std::int64_t patience_ms) {
  const SystemClock clock;
  const std::int64_t deadline_ns = clock.MonotonicNs() + patience_ms * kNsPerMs;
  auto pause = kFirstPause;
  for (;;) {
    const std::int64_t left_ms = (deadline_ns - clock.MonotonicNs()) / kNsPerMs;
    auto answer = Send(request, std::max<std::int64_t>(left_ms, 1));
    if (answer && answer->IsDefinite()) {
      return answer;
    }
    if (!answer && answer.error().code() == StatusCode::kInvalidArgument) {
      return answer;
    }
    if (clock.MonotonicNs() >= deadline_ns) {
      return answer ? Error(StatusCode::kUnavailable, answer->body) : answer;
    }
    // What is waited for, a server that is not there, cannot be waited for otherwise.
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

}  // namespace lockstep
