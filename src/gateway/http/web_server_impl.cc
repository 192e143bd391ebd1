#include "gateway/http/web_server_impl.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "gateway/gateway_counters.h"
#include "gateway/http/connection_places.h"
#include "gateway/http/descriptor_limit.h"
#include "gateway/http/http_connection.h"
#include "gateway/http/route_table.h"
#include "gateway/http/web_server.h"

namespace lockstep {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// When accepting fails (no file descriptors left), trying again at once would only burn the core.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr int kListenBacklog = 4'096;
// For everything else that the process has open: the log, the history, the binary gateway.
constexpr std::size_t kOtherDescriptors = 2'048;

WebServerOptions WithinDescriptors(WebServerOptions options) {
  const std::size_t descriptors = RaiseDescriptorLimit();
  if (descriptors != 0) {
    const std::size_t ours =
        descriptors > 2 * kOtherDescriptors ? descriptors - kOtherDescriptors : descriptors / 2;
    options.limits.max_connections = std::min(options.limits.max_connections, ours);
  }
  return options;
}

}  // namespace

WebServer::Impl::Impl(const WebServerOptions& options, const WebServices& services,
                      std::vector<WebRoute> routes)
    : options_(WithinDescriptors(options)),
      services_(services),
      routes_(std::move(routes)),
      places_(std::make_shared<ConnectionPlaces>(options_.limits.max_connections,
                                                 options_.limits.max_connections_per_address)),
      trading_(services.trading, services.clock, options_.limits, counters_),
      stream_(services.stream, services.clock, options_.limits, counters_),
      acceptor_(services.trading.context()),
      pause_(services.trading.context()) {}

WebServer::Impl::~Impl() {
  error_code ignored;
  acceptor_.close(ignored);
  trading_.CloseAll();
  stream_.CloseAll();
}

Status WebServer::Impl::Listen() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) {
    return {StatusCode::kInvalidArgument, "'" + options_.address + "' is not a numeric address"};
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(kListenBacklog, error);
  }
  if (!error) {
    acceptor_.non_blocking(true, error);
  }
  if (error) {
    return {StatusCode::kIoError, "cannot listen on " + options_.address + ":" +
                                      std::to_string(options_.port) + ": " + error.message()};
  }
  port_ = acceptor_.local_endpoint(error).port();
  return Status::Ok();
}

void WebServer::Impl::Run() {
  services_.trading.Post([this] {
    trading_.StartTicking();
    AwaitConnections();
  });
  services_.stream.Post([this] { stream_.StartTicking(); });
}

std::optional<std::string> WebServer::Impl::WhyNotLeading() const {
  if (auto trouble = services_.trouble()) {
    return trouble;
  }
  if (!is_serving()) {
    return "not serving";
  }
  return services_.why_not_leading ? services_.why_not_leading() : std::nullopt;
}

void WebServer::Impl::AwaitConnections() {
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& error) {
    if (!error) {
      AcceptWaiting();
    }
  });
}

void WebServer::Impl::AcceptWaiting() {
  for (int i = 0; i < options_.limits.accepts_at_a_time; ++i) {
    tcp::socket socket(services_.trading.context());
    error_code error;
    acceptor_.accept(socket, error);
    if (!error) {
      OnAccepted(std::move(socket));
    } else if (error == asio::error::would_block || error == asio::error::try_again) {
      break;
    } else if (error != asio::error::connection_aborted) {
      Count(counters_.accept_pauses);
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) {
          AwaitConnections();
        }
      });
      return;
    }
  }
  AwaitConnections();
}

void WebServer::Impl::OnAccepted(tcp::socket socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) {
    return;
  }
  Count(counters_.connections_accepted);
  auto connection =
      std::make_shared<HttpConnection>(std::move(socket), peer.address().to_string(),
                                       places_->Take(peer.address()), trading_, stream_, *this);
  trading_.Add(connection);
  if (!connection->has_place()) {
    RememberReserved(connection);
  }
  connection->Start();
}

void WebServer::Impl::RememberReserved(const std::shared_ptr<HttpConnection>& connection) {
  Count(counters_.connections_over_bound);
  std::erase_if(reserved_, [](const std::weak_ptr<HttpConnection>& held) {
    const auto alive = held.lock();
    return !alive || !alive->is_open();
  });
  if (reserved_.size() >= options_.limits.reserved_connections && !reserved_.empty()) {
    if (const auto oldest = reserved_.front().lock()) {
      oldest->Close();
    }
    reserved_.pop_front();
  }
  reserved_.push_back(connection);
}

}  // namespace lockstep
