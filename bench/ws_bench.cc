#include "bench/ws_bench.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/status.h"
#include "bench/bench_socket.h"
#include "bench/web_bench_server.h"

namespace lockstep {
namespace {

constexpr std::string_view kUpgrade =
    "GET /ws/bench@trade HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
// A frame's first bytes when its payload is from 126 to 65,535 bytes.
constexpr std::size_t kFrameHeaderBytes = 4;
// Of the payload: about that of a trade. It begins with the time of its publication, in digits.
constexpr std::size_t kPayloadBytes = 150;
constexpr std::size_t kTimeDigits = 19;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

struct WsBenchArguments {
  std::vector<int> subscribers = {1, 100, 1'000};
  double frames_per_second = 20'000;  // to all subscribers together
  double seconds = 5;
  bool json = false;
};

struct WsFigures {
  int subscribers = 0;
  double events_per_second = 0;
  Histogram latency_ns;  // of each event at each subscriber
};

// Reads all subscribers' sockets on one thread.
class Subscribers {
 public:
  Status Connect(std::uint16_t port, int count) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; ++i) {
      auto socket = BenchSocket::Connect(port);
      if (!socket) {
        return socket.error();
      }
      socket->Send(kUpgrade);
      if (!socket->Receive().ends_with("\r\n\r\n")) {
        return {StatusCode::kIoError, "no WebSocket was opened"};
      }
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = readers_.size();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, socket->fd(), &event);
      readers_.push_back({.socket = std::move(*socket), .kept = {}});
    }
    return Status::Ok();
  }
  Subscribers() = default;
  ~Subscribers() { close(epoll_); }
  Subscribers(const Subscribers&) = delete;
  Subscribers& operator=(const Subscribers&) = delete;

  // Until `wanted` frames have come, or nothing for a second. Returns how many came.
  std::uint64_t Read(std::uint64_t wanted, Histogram& latency_ns) {
    std::array<epoll_event, 256> events;
    while (frames_ < wanted) {
      const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 1'000);
      if (ready <= 0) {
        break;
      }
      for (int i = 0; i < ready; ++i) {
        ReadFrom(readers_[events[static_cast<std::size_t>(i)].data.u64], latency_ns);
      }
    }
    return frames_;
  }

 private:
  struct Reader {
    BenchSocket socket;
    std::string kept;  // a frame that came in part
  };

  void ReadFrom(Reader& reader, Histogram& latency_ns) {
    reader.kept += reader.socket.Receive();
    const std::int64_t now_ns = clock_.MonotonicNs();
    std::size_t at = 0;
    for (; reader.kept.size() - at >= kFrameHeaderBytes + kPayloadBytes;
         at += kFrameHeaderBytes + kPayloadBytes) {
      const char* digits = reader.kept.data() + at + kFrameHeaderBytes;
      std::int64_t published_ns = 0;
      std::from_chars(digits, digits + kTimeDigits, published_ns);
      latency_ns.Record(now_ns - published_ns);
      ++frames_;
    }
    reader.kept.erase(0, at);
  }

  const SystemClock clock_;
  std::vector<Reader> readers_;
  int epoll_ = -1;
  std::uint64_t frames_ = 0;
};

// Open-loop: each event counts from when it should have been published.
void PublishAll(BenchFeed& feed, std::uint64_t events, double events_per_second) {
  const SystemClock clock;
  const std::int64_t started_ns = clock.MonotonicNs();
  for (std::uint64_t i = 0; i < events; ++i) {
    const auto due_ns =
        started_ns + static_cast<std::int64_t>(static_cast<double>(i) * 1e9 / events_per_second);
    for (std::int64_t wait_ns = due_ns - clock.MonotonicNs(); wait_ns > 0;
         wait_ns = due_ns - clock.MonotonicNs()) {
      const timespec pause = {wait_ns / kNsPerSecond, wait_ns % kNsPerSecond};
      nanosleep(&pause, nullptr);
    }
    std::string payload = fmt::format("{:0>19}", due_ns);
    payload.resize(kPayloadBytes, ' ');
    feed.Publish(std::move(payload));
  }
}

Result<WsFigures> Run(int subscribers, const WsBenchArguments& arguments) {
  auto server = WebBenchServer::Start();
  if (!server) {
    return std::unexpected(server.error());
  }
  Subscribers readers;
  if (Status status = readers.Connect((*server)->port(), subscribers); !status.ok()) {
    return std::unexpected(status);
  }
  while ((*server)->feed().subscribers() < static_cast<std::size_t>(subscribers)) {
    usleep(1'000);
  }
  WsFigures figures;
  figures.subscribers = subscribers;
  // One subscriber alone is not flooded: a quarter of a thousandth of a second between events.
  figures.events_per_second = std::min(arguments.frames_per_second / subscribers, 4'000.0);
  const auto events = static_cast<std::uint64_t>(figures.events_per_second * arguments.seconds);
  std::thread publisher([&] { PublishAll((*server)->feed(), events, figures.events_per_second); });
  const std::uint64_t wanted = events * static_cast<std::uint64_t>(subscribers);
  const std::uint64_t got = readers.Read(wanted, figures.latency_ns);
  publisher.join();
  if (got != wanted) {
    return Error(StatusCode::kIoError, fmt::format("{} of {} frames have come", got, wanted));
  }
  return figures;
}

void Print(const std::vector<WsFigures>& all, bool json) {
  const auto us = [](const Histogram& latency_ns, double percent) {
    return static_cast<double>(latency_ns.Percentile(percent)) / 1'000;
  };
  std::string text = json ? R"({"unit":"us","runs":[)"
                          : fmt::format("{:<36}{:>10}{:>10}{:>10}{:>11}\n", "microseconds", "p50",
                                        "p99", "p99.9", "max");
  for (const WsFigures& figures : all) {
    const Histogram& latency = figures.latency_ns;
    const double max = static_cast<double>(latency.Max()) / 1'000;
    if (json) {
      text += fmt::format(
          R"({}{{"subscribers":{},"events_per_second":{:.0f},"p50":{:.1f},"p99":{:.1f},)"
          R"("p999":{:.1f},"max":{:.1f},"count":{}}})",
          text.ends_with('[') ? "" : ",", figures.subscribers, figures.events_per_second,
          us(latency, 50), us(latency, 99), us(latency, 99.9), max, latency.count());
    } else {
      text += fmt::format("{:<36}{:>10.1f}{:>10.1f}{:>10.1f}{:>11.1f}\n",
                          fmt::format("{} subscribers, {:.0f} events/s", figures.subscribers,
                                      figures.events_per_second),
                          us(latency, 50), us(latency, 99), us(latency, 99.9), max);
    }
  }
  std::fputs((text + (json ? "]}\n" : "")).c_str(), stdout);
}

Status Measure(const WsBenchArguments& arguments) {
  // Without this the kernel may wake us 50 µs late.
  prctl(PR_SET_TIMERSLACK, 1);
  std::vector<WsFigures> all;
  for (const int subscribers : arguments.subscribers) {
    auto figures = Run(subscribers, arguments);
    if (!figures) {
      return figures.error();
    }
    all.push_back(std::move(*figures));
  }
  Print(all, arguments.json);
  return Status::Ok();
}

}  // namespace

void AddWsBench(CLI::App& bench, int& exit_code) {
  CLI::App& ws = *bench.add_subcommand(
      "ws", "A market event's way from the feed to each WebSocket subscriber");
  auto arguments = std::make_shared<WsBenchArguments>();
  ws.add_option("--subscribers", arguments->subscribers, "How many, one run each")->delimiter(',');
  ws.add_option("--frames", arguments->frames_per_second,
                "A second, to all subscribers together; at most 4,000 events")
      ->capture_default_str();
  ws.add_option("--seconds", arguments->seconds, "Of each run")->capture_default_str();
  ws.add_flag("--json", arguments->json, "One JSON object instead of a table");
  ws.callback([arguments, &exit_code] {
    if (Status status = Measure(*arguments); !status.ok()) {
      std::fprintf(stderr, "bench ws: %s\n", status.message().c_str());
      exit_code = 1;
    }
  });
}

}  // namespace lockstep
