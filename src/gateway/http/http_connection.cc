#include "gateway/http/http_connection.h"

#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

namespace lockstep {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr std::string_view kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";
constexpr unsigned kHttp10 = 10;
constexpr unsigned kHttp11 = 11;

}  // namespace

HttpConnection::HttpConnection(boost::asio::ip::tcp::socket socket, Shared& shared)
    : stream_(std::move(socket)),
      shared_(shared),
      buffer_(shared.options.max_header_bytes + shared.options.max_body_bytes) {
  shared_.connections.fetch_add(1, std::memory_order_relaxed);
}

HttpConnection::~HttpConnection() { shared_.connections.fetch_sub(1, std::memory_order_relaxed); }

void HttpConnection::ReadRequest() {
  parser_.emplace();
  parser_->header_limit(shared_.options.max_header_bytes);
  parser_->body_limit(shared_.options.max_body_bytes);
  stream_.expires_after(shared_.options.request_timeout);
  http::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code error, std::size_t) { self->OnRead(error); });
}

void HttpConnection::OnRead(beast::error_code error) {
  if (error) {
    Refuse(error);
    return;
  }
  const Request& request = parser_->get();
  Response response = Answer(request);
  response.version(request.version());
  response.keep_alive(request.keep_alive());
  if (request.method() != http::verb::head) {
    Write(std::move(response));
    return;
  }
  const std::size_t body_bytes = response.body().size();
  head_response_ = {};
  head_response_.base() = std::move(response.base());
  head_response_.content_length(body_bytes);
  stream_.expires_after(shared_.options.write_timeout);
  http::async_write(stream_, head_response_,
                    [self = shared_from_this()](beast::error_code failed, std::size_t) {
                      self->OnWritten(failed, self->head_response_.keep_alive());
                    });
}

void HttpConnection::Refuse(beast::error_code error) {
  http::status status = http::status::bad_request;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    status = http::status::request_header_fields_too_large;
  } else if (error == http::error::body_limit) {
    status = http::status::payload_too_large;
  } else if (error == http::error::bad_version) {
    status = http::status::http_version_not_supported;
  } else if (error.category() != http::make_error_code(http::error::bad_method).category() ||
             error == http::error::end_of_stream || error == http::error::partial_message) {
    Close();  // the peer has gone, or was too slow
    return;
  }
  Response response =
      MakeResponse(status, kPlainText, std::string(http::obsolete_reason(status)) + "\n");
  response.keep_alive(false);
  Write(std::move(response));
}

void HttpConnection::Write(Response response) {
  response_ = std::move(response);
  stream_.expires_after(shared_.options.write_timeout);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](beast::error_code failed, std::size_t) {
                      self->OnWritten(failed, self->response_.keep_alive());
                    });
}

void HttpConnection::OnWritten(beast::error_code error, bool keep_open) {
  if (error || !keep_open) {
    Close();
    return;
  }
  ReadRequest();
}

void HttpConnection::Close() {
  // The peer may have gone first; there is nothing left to do about it then.
  beast::error_code ignored;
  stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

HttpConnection::Response HttpConnection::MakeResponse(http::status status,
                                                      std::string_view content_type,
                                                      std::string body) {
  Response response(status, kHttp11);
  response.set(http::field::server, "lockstep");
  response.set(http::field::content_type, content_type);
  response.set(http::field::cache_control, "no-store");
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

HttpConnection::Response HttpConnection::Answer(const Request& request) const {
  if (request.version() != kHttp10 && request.version() != kHttp11) {
    return MakeResponse(http::status::http_version_not_supported, kPlainText,
                        "HTTP/1.0 or HTTP/1.1\n");
  }
  const std::string_view target(request.target().data(), request.target().size());
  const std::string_view path = target.substr(0, target.find('?'));
  if (path != "/healthz" && path != "/metrics") {
    return MakeResponse(http::status::not_found, kPlainText, "there is /healthz and /metrics\n");
  }
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    Response response =
        MakeResponse(http::status::method_not_allowed, kPlainText, "GET and HEAD alone\n");
    response.set(http::field::allow, "GET, HEAD");
    return response;
  }
  if (path == "/metrics") {
    return MakeResponse(http::status::ok, kPrometheusText, shared_.metrics->Serialize());
  }
  const std::optional<std::string> trouble = shared_.health();
  return trouble ? MakeResponse(http::status::service_unavailable, kPlainText, *trouble + "\n")
                 : MakeResponse(http::status::ok, kPlainText, "ok\n");
}

}  // namespace lockstep
