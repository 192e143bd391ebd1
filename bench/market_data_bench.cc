#include "bench/market_data_bench.h"

#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event_ring.h"
#include "bench/synthetic_market.h"
#include "market_data/events_router.h"
#include "market_data/stream_feed.h"
#include "market_data/streams/stream_publisher.h"
#include "protocol/candle.h"

namespace lockstep {
namespace {

constexpr SymbolId kSymbol(1);
// Small enough to stay in the cache that the engine's thread has just written.
constexpr std::size_t kRingBytes = std::size_t{1} << 20U;
constexpr int kCommandsPerChunk = 1'000;

struct Arguments {
  std::uint64_t commands = 2'000'000;
  int commands_per_entry = 20;
  bool json = false;
};

enum class Wanted : std::uint8_t {
  kNothing,
  kNothingNoStreams,  // as kNothing, on a router that has no JSON streams behind it
  kBinary,            // trades, depth and orders, one subscriber each
  kJson,              // every JSON stream of the symbol, one subscriber
};

struct Shape {
  const char* name;
  std::int64_t levels_per_side;
  std::uint64_t resting_orders;
  Wanted wanted;
};

struct Figures {
  double ns_per_event = 0;
  double events_per_second = 0;
  double commands_per_second = 0;
  double depth_snapshot_ms = 0;
  double orders_snapshot_ms = 0;
  std::uint64_t delivered_bytes = 0;
  std::uint64_t json_messages = 0;
  std::size_t levels = 0;
  std::size_t orders = 0;
};

// Takes what would go to sockets.
class CountingSink final : public MarketDataSink {
 public:
  void Deliver(std::span<const SubscriberId> subscribers,
               std::shared_ptr<const std::vector<std::byte>> framed_messages) override {
    bytes_ += subscribers.size() * framed_messages->size();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

class CountingStreamSink final : public StreamSink {
 public:
  void DeliverStream(std::span<const SubscriberId> subscribers,
                     std::shared_ptr<const StreamMessage> message) override {
    bytes_ += subscribers.size() * message->payload.size();
    messages_ += subscribers.size();
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t messages_ = 0;
};

void SubscribeToAllStreams(StreamPublisher& streams, CountingStreamSink& sink) {
  constexpr std::array kNames = {"btcusdt@trade",
                                 "btcusdt@aggTrade",
                                 "btcusdt@depth",
                                 "btcusdt@depth@100ms",
                                 "btcusdt@depth5",
                                 "btcusdt@depth10@100ms",
                                 "btcusdt@depth20@100ms",
                                 "btcusdt@bookTicker",
                                 "btcusdt@ticker",
                                 "btcusdt@miniTicker",
                                 "btcusdt@avgPrice",
                                 "!miniTicker@arr",
                                 "/topic/market/trade/BTCUSDT",
                                 "/topic/market/depth/BTCUSDT"};
  for (const char* name : kNames) {
    streams.SubscribeStream(SubscriberId(1), sink, name);
  }
  for (int i = 0; i < kCandleIntervals; ++i) {
    streams.SubscribeStream(
        SubscriberId(1), sink,
        fmt::format("btcusdt@kline_{}", CandleIntervalText(static_cast<CandleInterval>(i))));
  }
}

// CPU time of this thread: other load on the machine is not the router's.
double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Publishes what was written and returns how many seconds the router was at it.
double Route(EventRing& ring, EventsRouter& router) {
  ring.Publish();
  const double started = CpuSeconds();
  while (router.DoWork() > 0) {
  }
  return CpuSeconds() - started;
}

Figures Measure(const Shape& shape, const Arguments& arguments) {
  EventRing ring(kRingBytes, INT64_MAX, [] {});
  SystemClock clock;
  EventRing::Reader& reader = ring.Attach();
  StreamPublisher streams(clock, reader.waker());
  EventsRouter router(reader, shape.wanted == Wanted::kNothingNoStreams ? nullptr : &streams);
  CountingSink sink;
  CountingStreamSink stream_sink;
  SyntheticMarket market(kSymbol, ring, shape.levels_per_side, clock.WallNs());
  market.WriteDefinition();
  while (market.open_orders() < shape.resting_orders) {
    for (int i = 0; i < kCommandsPerChunk; ++i) {
      market.AddFarOrder();
    }
    market.EndBatch();
    Route(ring, router);
  }
  Figures figures;
  if (shape.wanted == Wanted::kJson) {
    SubscribeToAllStreams(streams, stream_sink);
    Route(ring, router);
  }
  if (shape.wanted == Wanted::kBinary) {
    router.Subscribe(SubscriberId(1), sink, kSymbol, FeedKind::kTrades, {});
    router.Subscribe(SubscriberId(2), sink, kSymbol, FeedKind::kDepth, {});
    figures.depth_snapshot_ms = Route(ring, router) * 1e3;
    router.Subscribe(SubscriberId(3), sink, kSymbol, FeedKind::kOrders, {});
    figures.orders_snapshot_ms = Route(ring, router) * 1e3;
  }
  const std::uint64_t bytes_before = sink.bytes() + stream_sink.bytes();
  const std::uint64_t events_before = market.events();
  double routing = 0;
  for (std::uint64_t done = 0; done < arguments.commands; done += kCommandsPerChunk) {
    for (int i = 0; i < kCommandsPerChunk; ++i) {
      market.WriteCommand();
      if (i % arguments.commands_per_entry == arguments.commands_per_entry - 1) {
        market.EndBatch();
      }
    }
    market.EndBatch();
    routing += Route(ring, router);
  }
  const auto events = static_cast<double>(market.events() - events_before);
  figures.ns_per_event = routing * 1e9 / events;
  figures.events_per_second = events / routing;
  figures.commands_per_second = static_cast<double>(arguments.commands) / routing;
  figures.delivered_bytes = sink.bytes() + stream_sink.bytes() - bytes_before;
  figures.json_messages = stream_sink.messages();
  figures.levels = router.FindBook(kSymbol)->depth().LevelCount();
  figures.orders = router.FindBook(kSymbol)->orders().size();
  return figures;
}

void RunMarketDataBench(const Arguments& arguments) {
  constexpr std::array<Shape, 7> kShapes = {{
      {.name = "small book, no streams",
       .levels_per_side = 500,
       .resting_orders = 2'000,
       .wanted = Wanted::kNothingNoStreams},
      {.name = "small book",
       .levels_per_side = 500,
       .resting_orders = 2'000,
       .wanted = Wanted::kNothing},
      {.name = "small book, subscribed",
       .levels_per_side = 500,
       .resting_orders = 2'000,
       .wanted = Wanted::kBinary},
      {.name = "small book, JSON streams",
       .levels_per_side = 500,
       .resting_orders = 2'000,
       .wanted = Wanted::kJson},
      {.name = "1M orders, 200k levels",
       .levels_per_side = 100'000,
       .resting_orders = 1'000'000,
       .wanted = Wanted::kNothing},
      {.name = "1M orders, subscribed",
       .levels_per_side = 100'000,
       .resting_orders = 1'000'000,
       .wanted = Wanted::kBinary},
      {.name = "1M orders, JSON streams",
       .levels_per_side = 100'000,
       .resting_orders = 1'000'000,
       .wanted = Wanted::kJson},
  }};
  if (!arguments.json) {
    fmt::print("{:<24} {:>9} {:>8} {:>10} {:>12} {:>12} {:>12} {:>12}\n", "market data", "orders",
               "levels", "ns/event", "events/s", "commands/s", "depth snap", "order snap");
  }
  std::string json;
  for (const Shape& shape : kShapes) {
    const Figures figures = Measure(shape, arguments);
    if (arguments.json) {
      json += fmt::format(
          "{}{{\"name\":\"{}\",\"orders\":{},\"levels\":{},\"ns_per_event\":{:.1f},"
          "\"events_per_second\":{:.0f},\"commands_per_second\":{:.0f},"
          "\"depth_snapshot_ms\":{:.2f},\"orders_snapshot_ms\":{:.2f},\"delivered_bytes\":{},"
          "\"json_messages\":{}}}",
          json.empty() ? "" : ",", shape.name, figures.orders, figures.levels, figures.ns_per_event,
          figures.events_per_second, figures.commands_per_second, figures.depth_snapshot_ms,
          figures.orders_snapshot_ms, figures.delivered_bytes, figures.json_messages);
      continue;
    }
    fmt::print("{:<24} {:>9} {:>8} {:>10.1f} {:>12.0f} {:>12.0f}", shape.name, figures.orders,
               figures.levels, figures.ns_per_event, figures.events_per_second,
               figures.commands_per_second);
    if (shape.wanted == Wanted::kBinary) {
      fmt::print(" {:>9.2f} ms {:>9.2f} ms", figures.depth_snapshot_ms, figures.orders_snapshot_ms);
    }
    if (shape.wanted == Wanted::kJson) {
      fmt::print(" {} messages, {:.0f} MB", figures.json_messages,
                 static_cast<double>(figures.delivered_bytes) / 1e6);
    }
    fmt::print("\n");
  }
  if (arguments.json) {
    fmt::print(
        "{{\"bench\":\"market-data\",\"commands\":{},\"commands_per_entry\":{},"
        "\"results\":[{}]}}\n",
        arguments.commands, arguments.commands_per_entry, json);
  }
}

}  // namespace

void AddMarketDataBench(CLI::App& bench, int& exit_code) {
  CLI::App& command =
      *bench.add_subcommand("market-data", "Folding and publishing the engine's events");
  auto arguments = std::make_shared<Arguments>();
  command.add_option("--commands", arguments->commands, "Commands whose events are routed")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--per-entry", arguments->commands_per_entry, "Commands in one log entry")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  command.add_flag("--json", arguments->json, "One JSON object instead of a table");
  command.callback([arguments, &exit_code] {
    RunMarketDataBench(*arguments);
    exit_code = 0;
  });
}

}  // namespace lockstep
