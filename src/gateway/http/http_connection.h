// One HTTP connection: reads a request, answers it, and so on until either side ends it or a limit
// is passed.
//
// Lifetime: keeps itself alive while an operation is under way. Threads: the io_context's one.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <memory>
#include <optional>

#include "gateway/http/http_server.h"

namespace lockstep {

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;

  // What all connections of one server share; outlives them.
  struct Shared {
    HttpServerOptions options;
    HttpServer::Health health;
    const Metrics* metrics;
    std::atomic<std::size_t> connections{0};
  };

  HttpConnection(boost::asio::ip::tcp::socket socket, Shared& shared);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void Run() { ReadRequest(); }

 private:
  void ReadRequest();
  void OnRead(boost::beast::error_code error);
  // Answers a request that could not be read, if there is something to say, and ends the
  // connection.
  void Refuse(boost::beast::error_code error);
  void Write(Response response);
  void OnWritten(boost::beast::error_code error, bool keep_open);
  void Close();

  [[nodiscard]] Response Answer(const Request& request) const;
  [[nodiscard]] static Response MakeResponse(boost::beast::http::status status,
                                             std::string_view content_type, std::string body);

  boost::beast::tcp_stream stream_;
  Shared& shared_;
  boost::beast::flat_buffer buffer_;
  // A parser reads one message; made anew for each.
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  // One of the two is being written; a HEAD's answer has the headers alone.
  Response response_;
  boost::beast::http::response<boost::beast::http::empty_body> head_response_;
};

}  // namespace lockstep
