// The inside of WebServer: the acceptor and what its connections share.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/http/connection_places.h"
#include "gateway/http/http_connection.h"
#include "gateway/http/web_loop.h"
#include "gateway/http/web_server.h"

namespace lockstep {

class WebServer::Impl final : public HttpServices {
 public:
  Impl(const WebServerOptions& options, const WebServices& services, std::vector<WebRoute> routes);
  ~Impl() override;

  Status Listen();
  void Run();
  void SetServing(bool serving) { serving_.store(serving, std::memory_order_relaxed); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const WebCounters& counters() const { return counters_; }

  [[nodiscard]] const RouteTable& routes() const override { return routes_; }
  [[nodiscard]] bool is_serving() const override {
    return serving_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::optional<std::string> Trouble() const override { return services_.trouble(); }
  [[nodiscard]] std::optional<std::string> WhyNotLeading() const override;
  [[nodiscard]] std::string MetricsText() const override { return services_.metrics.Serialize(); }

 private:
  void AwaitConnections();
  void AcceptWaiting();
  void OnAccepted(boost::asio::ip::tcp::socket socket);
  // Makes place for a connection beyond the bounds.
  void RememberReserved(const std::shared_ptr<HttpConnection>& connection);

  const WebServerOptions options_;
  const WebServices services_;
  const RouteTable routes_;
  WebCounters counters_;
  std::atomic<bool> serving_{false};
  std::shared_ptr<ConnectionPlaces> places_;
  WebLoop trading_;
  WebLoop stream_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::deque<std::weak_ptr<HttpConnection>> reserved_;  // the oldest first
  std::uint16_t port_ = 0;
};

}  // namespace lockstep
