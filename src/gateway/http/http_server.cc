#include "gateway/http/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <utility>

#include "gateway/http/http_connection.h"

namespace lockstep {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// When accepting fails (no file descriptors left), trying again at once would only burn the core.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::string Where(const HttpServerOptions& options) {
  return options.address + ":" + std::to_string(options.port);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpServerOptions& options, Health health, const Metrics& metrics) {
    shared_.options = options;
    shared_.health = std::move(health);
    shared_.metrics = &metrics;
  }

  ~Impl() {
    context_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(shared_.options.address, error);
    if (error) {
      return {StatusCode::kInvalidArgument,
              "'" + shared_.options.address + "' is not a numeric address"};
    }
    const tcp::endpoint endpoint(address, shared_.options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) {
      acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      acceptor_.bind(endpoint, error);
    }
    if (!error) {
      acceptor_.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
      return {StatusCode::kIoError,
              "cannot listen on " + Where(shared_.options) + ": " + error.message()};
    }
    port_ = acceptor_.local_endpoint(error).port();
    return Status::Ok();
  }

  void Run() {
    Accept();
    thread_ = std::thread([this] { context_.run(); });
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::size_t connections() const {
    return shared_.connections.load(std::memory_order_relaxed);
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (error) {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([this](boost::system::error_code) { Accept(); });
        return;
      }
      if (connections() < shared_.options.max_connections) {
        std::make_shared<HttpConnection>(std::move(socket), shared_)->Run();
      }
      Accept();
    });
  }

  // Before the context, whose last handlers hold connections.
  HttpConnection::Shared shared_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                      Health health, const Metrics& metrics) {
  auto impl = std::make_unique<Impl>(options, std::move(health), metrics);
  const Status listening = impl->Listen();
  if (!listening.ok()) {
    return std::unexpected(listening);
  }
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port(); }
std::size_t HttpServer::connections() const { return impl_->connections(); }

}  // namespace lockstep
