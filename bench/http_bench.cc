#include "bench/http_bench.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/status.h"
#include "bench/bench_socket.h"
#include "bench/web_bench_server.h"

namespace lockstep {
namespace {

constexpr std::string_view kRequest =
    "GET /api/v3/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";
constexpr std::string_view kEndOfAnswer = "\r\n\r\n{}";
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

struct HttpBenchArguments {
  int connections = 64;
  double seconds = 5;
  double serve_seconds = 0;
  bool json = false;
};

struct Client {
  BenchSocket socket;
  std::int64_t sent_ns = 0;
};

struct HttpFigures {
  double requests_per_second = 0;
  Histogram latency_ns;
};

// Each connection sends its next request when the answer has come.
Status Load(std::uint16_t port, const HttpBenchArguments& arguments, HttpFigures& figures) {
  const SystemClock clock;
  std::vector<Client> clients;
  std::vector<pollfd> waits;
  for (int i = 0; i < arguments.connections; ++i) {
    auto socket = BenchSocket::Connect(port);
    if (!socket) {
      return socket.error();
    }
    waits.push_back({.fd = socket->fd(), .events = POLLIN, .revents = 0});
    clients.push_back({.socket = std::move(*socket), .sent_ns = clock.MonotonicNs()});
    clients.back().socket.Send(kRequest);
  }
  const std::int64_t started_ns = clock.MonotonicNs();
  const auto ends_ns =
      started_ns + static_cast<std::int64_t>(arguments.seconds * static_cast<double>(kNsPerSecond));
  std::int64_t now_ns = started_ns;
  while (now_ns < ends_ns) {
    if (poll(waits.data(), waits.size(), 1'000) <= 0) {
      return {StatusCode::kIoError, "no answer for a second"};
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (waits[i].revents == 0) {
        continue;
      }
      const std::string_view answer = clients[i].socket.Receive();
      now_ns = clock.MonotonicNs();
      if (!answer.ends_with(kEndOfAnswer)) {
        return {StatusCode::kIoError, "an answer that was not expected"};
      }
      figures.latency_ns.Record(now_ns - clients[i].sent_ns);
      clients[i].sent_ns = now_ns;
      clients[i].socket.Send(kRequest);
    }
  }
  figures.requests_per_second = static_cast<double>(figures.latency_ns.count()) * 1e9 /
                                static_cast<double>(now_ns - started_ns);
  return Status::Ok();
}

Status Measure(const HttpBenchArguments& arguments) {
  auto server = WebBenchServer::Start();
  if (!server) {
    return server.error();
  }
  const std::uint16_t port = (*server)->port();
  if (arguments.serve_seconds > 0) {
    std::printf("http://127.0.0.1:%u/api/v3/ping\n", unsigned{port});
    std::fflush(stdout);
    usleep(static_cast<useconds_t>(arguments.serve_seconds * 1e6));
    return Status::Ok();
  }
  HttpFigures figures;
  if (Status status = Load(port, arguments, figures); !status.ok()) {
    return status;
  }
  const Histogram& latency = figures.latency_ns;
  const auto us = [&](double percent) {
    return static_cast<double>(latency.Percentile(percent)) / 1'000;
  };
  fmt::print(fmt::runtime(arguments.json
                              ? R"({{"connections":{},"requests_per_second":{:.0f},"unit":"us",)"
                                R"("p50":{:.1f},"p99":{:.1f},"p999":{:.1f}}})"
                                "\n"
                              : "{} connections: {:.0f} requests/s, microseconds p50 {:.1f}, "
                                "p99 {:.1f}, p99.9 {:.1f}\n"),
             arguments.connections, figures.requests_per_second, us(50), us(99), us(99.9));
  return Status::Ok();
}

}  // namespace

void AddHttpBench(CLI::App& bench, int& exit_code) {
  CLI::App& http = *bench.add_subcommand(
      "http", "Requests a second through the HTTP port: transport alone, no order behind it");
  auto arguments = std::make_shared<HttpBenchArguments>();
  http.add_option("--connections", arguments->connections, "Kept alive, one request each")
      ->capture_default_str();
  http.add_option("--seconds", arguments->seconds, "Of the run")->capture_default_str();
  http.add_option("--serve", arguments->serve_seconds,
                  "Only serve, this many seconds, for another program to measure");
  http.add_flag("--json", arguments->json, "One JSON object instead of a line");
  http.callback([arguments, &exit_code] {
    if (Status status = Measure(*arguments); !status.ok()) {
      std::fprintf(stderr, "bench http: %s\n", status.message().c_str());
      exit_code = 1;
    }
  });
}

}  // namespace lockstep
