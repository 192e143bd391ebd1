// The process's small HTTP side: /healthz (200 "ok", or 503 with the reason) and /metrics
// (Prometheus text). GET and HEAD.
//
// Answers: 404 elsewhere, 405 for another method, 400 for what is no HTTP, 413 and 431 for bodies
// and headers above the limits, 505 for a version other than HTTP/1. After 400, 413, 431 and 505
// the connection ends. Bounds: connections (one more is closed at once), header and body bytes, the
// time for a request to arrive and for an answer to leave; requests of one connection are answered
// one after another. Threads: its own one, asleep while nothing comes. `health` is called there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/status.h"
#include "gateway/http/metrics.h"

namespace lockstep {

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  std::uint16_t port = 8080;          // 0: the system chooses
  std::size_t max_connections = 128;
  std::uint32_t max_header_bytes = 8 * 1024;
  std::size_t max_body_bytes = 1024;  // nothing here takes a body
  // From one answer to the end of the next request, idling included.
  std::chrono::milliseconds request_timeout{30'000};
  std::chrono::milliseconds write_timeout{10'000};
};

class HttpServer {
 public:
  // Why the process cannot serve; nothing when it can.
  using Health = std::function<std::optional<std::string>()>;

  // Listens and starts its thread. `metrics` must outlive the server. kInvalidArgument: not an
  // address; kIoError: the address is taken or not ours.
  static Result<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options, Health health,
                                                   const Metrics& metrics);

  // Ends all connections and the thread.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;  // open now; any thread

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
