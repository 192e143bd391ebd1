// A plain market, the router with its JSON streams driven by hand, and a clock that the test moves.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/event_ring.h"
#include "market_data/events_router.h"
#include "market_data/streams/stream_publisher.h"
#include "testing/market_feed/naive_market.h"
#include "testing/market_feed/stream_subscriber.h"

namespace lockstep {

class StreamFixture : public testing::Test {
 protected:
  static constexpr SymbolId kSymbol = SymbolId(7);
  static constexpr SubscriberId kAnna = SubscriberId(1);
  static constexpr SubscriberId kBert = SubscriberId(2);
  static constexpr std::int64_t kMs = 1'000'000;
  static constexpr std::int64_t kSecond = 1'000 * kMs;
  static constexpr std::int64_t kMinute = 60 * kSecond;
  static constexpr std::int64_t kHour = 60 * kMinute;
  // 2026-01-01T00:00:00.000Z, a Thursday.
  static constexpr std::int64_t kStartNs = 1'767'225'600 * kSecond;

  void Work() {
    while (router_.DoWork() > 0) {
    }
  }
  void Pass(std::int64_t ns) {
    clock_.AdvanceNs(ns);
    Work();
  }
  // The market's definition, as an entry of its own.
  void Define() {
    market_.WriteDefinition();
    End();
  }
  // Ends the entry. Its engine time is the present moment.
  void End(bool replaying = false) {
    market_.SetTimeNs(clock_.WallNs());
    market_.EndBatch(++position_, replaying);
    Work();
  }
  NaiveMarket& Market() {
    market_.SetTimeNs(clock_.WallNs());
    return market_;
  }
  void Bid(std::int64_t price_ticks, std::int64_t quantity_lots) {
    Market().AddOrder(BookSide::kBuy, price_ticks, quantity_lots);
  }
  void Ask(std::int64_t price_ticks, std::int64_t quantity_lots) {
    Market().AddOrder(BookSide::kSell, price_ticks, quantity_lots);
  }
  // A taker.
  void Buy(std::int64_t quantity_lots) { Market().Sweep(BookSide::kSell, quantity_lots); }
  void Sell(std::int64_t quantity_lots) { Market().Sweep(BookSide::kBuy, quantity_lots); }

  void Subscribe(SubscriberId subscriber, std::string name) {
    streams_.SubscribeStream(subscriber, sink_, std::move(name));
    Work();
  }
  std::vector<std::string> Take(std::string_view name) { return sink_.Take(kAnna, name); }
  std::string Answer(MarketQuery query) {
    std::string answer = "none";
    streams_.Ask(std::move(query), [&](std::string json) { answer = std::move(json); });
    Work();
    return answer;
  }

  SimulatedClock clock_{kStartNs};
  EventRing ring_{1 << 22, INT64_MAX, [] {}};
  EventRing::Reader& reader_ = ring_.Attach();
  RecordingStreamSink sink_;
  StreamPublisher streams_{clock_, reader_.waker()};
  EventsRouter router_{reader_, &streams_};
  NaiveMarket market_{kSymbol, ring_, 42, 500};
  std::int64_t position_ = 0;
};

}  // namespace lockstep
