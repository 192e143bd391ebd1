// The engine through its public face: a few commands end to end. The rules themselves are tested by
// the scenarios and the differential test in testing/.
#include "engine/matching_engine.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <vector>

#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/commands.h"

namespace lockstep {
namespace {

class MemorySink final : public EventSink {
 public:
  std::byte* Claim(std::size_t length) override {
    events.emplace_back(length);
    return events.back().data();
  }
  void Commit(std::size_t length) override { events.back().resize(length); }

  std::deque<std::vector<std::byte>> events;
};

class MemorySnapshot final : public SnapshotWriter, public SnapshotReader {
 public:
  bool Write(std::span<const std::byte> bytes) override {
    data.insert(data.end(), bytes.begin(), bytes.end());
    return true;
  }
  Status Read(std::span<std::byte> bytes) override {
    if (bytes.size() > data.size() - at) {
      return {StatusCode::kCorruption, "ends early"};
    }
    std::memcpy(bytes.data(), data.data() + at, bytes.size());
    at += bytes.size();
    return Status::Ok();
  }

  std::vector<std::byte> data;
  std::size_t at = 0;
};

class MatchingEngineTest : public ::testing::Test {
 protected:
  template <class Codec, class Fill>
  void Send(MatchingEngine& engine, std::uint64_t account, Fill&& fill) {
    std::vector<std::byte> command(512);
    auto codec = Encode<Codec>(command.data(), command.size());
    std::memset(command.data() + kMessageHeaderBytes, 0, Codec::sbeBlockLength());
    codec.header().account(account).requestIdLow(++request_);
    fill(codec);
    command.resize(kMessageHeaderBytes + codec.encodedLength());
    std::vector<std::byte> buffer(2048);
    EntryBuilder builder(buffer.data(), buffer.size());
    ++position_;
    builder.Begin(1, 1, static_cast<std::uint64_t>(position_));
    ASSERT_TRUE(builder.Add(command));
    engine.Apply(position_, position_ * 1000, builder.Finish());
  }

  void Open(MatchingEngine& engine) {
    for (const std::uint32_t asset : {1U, 2U}) {
      Send<sbe::CreateAsset>(engine, 0, [&](auto& c) {
        char name[16] = {'A', static_cast<char>('0' + asset)};
        c.asset(asset).scale(8).putName(name);
      });
    }
    Send<sbe::CreateSymbol>(engine, 0, [&](auto& c) {
      char name[16] = "A1A2";
      c.symbol(1).baseAsset(1).quoteAsset(2).makerFeePpm(1000).takerFeePpm(2000).priceScale(2);
      c.quantityScale(5).status(sbe::TradingStatus::TRADING).putName(name);
    });
    for (const std::uint64_t account : {1U, 2U}) {
      Send<sbe::CreateAccount>(engine, 0, [&](auto& c) { c.newAccount(account); });
      for (const std::uint32_t asset : {1U, 2U}) {
        Send<sbe::Deposit>(engine, 0, [&](auto& c) {
          c.targetAccount(account).amount(1'000'000'000'000).source(1).number(++deposit_);
          c.asset(asset);
        });
      }
    }
  }

  void Order(MatchingEngine& engine, std::uint64_t account, sbe::Side::Value side,
             std::int64_t price, std::int64_t quantity) {
    Send<sbe::NewOrder>(engine, account, [&](auto& c) {
      c.symbol(1).side(side).orderType(sbe::OrderType::LIMIT);
      c.timeInForce(sbe::TimeInForce::GTC).price(price).quantity(quantity);
      c.putClientOrderId("", 0);
    });
  }

  std::uint64_t request_ = 0;
  std::int64_t position_ = 0;
  std::uint64_t deposit_ = 0;
};

TEST_F(MatchingEngineTest, TradesAtTheMakersPriceAndKeepsEveryUnit) {
  MemorySink sink;
  MatchingEngine engine(EngineLimits::ForTests(), sink);
  Open(engine);
  Order(engine, 1, sbe::Side::SELL, 10'000, 50);
  sink.events.clear();
  Order(engine, 2, sbe::Side::BUY, 10'100, 80);

  ASSERT_EQ(sink.events.size(), 5U);  // NEW, Trade, maker, taker, BookUpdate(ADD)
  const auto trade = Decode<sbe::Trade>(sink.events[1]);
  EXPECT_EQ(trade.price(), 10'000);
  EXPECT_EQ(trade.quantity(), 50);
  auto taker = Decode<sbe::ExecutionReport>(sink.events[3]);
  EXPECT_EQ(taker.leavesQuantity(), 30);
  EXPECT_EQ(taker.lastQuote(), 5'000'000);  // 100.00 × 0.00050 = 0.05 at scale 8
  EXPECT_EQ(taker.fee(), 100);              // 0.2 % of 50,000 base units
  const Status audit = engine.Audit();
  EXPECT_TRUE(audit.ok()) << audit.message();
}

TEST_F(MatchingEngineTest, ASnapshotRestoresTheSameStateAndBytes) {
  MemorySink sink;
  MatchingEngine engine(EngineLimits::ForTests(), sink);
  Open(engine);
  for (int i = 0; i < 200; ++i) {
    Order(engine, 1 + static_cast<std::uint64_t>(i % 2),
          i % 3 == 0 ? sbe::Side::SELL : sbe::Side::BUY, 9'900 + (i * 37) % 300, 1 + i % 7);
  }
  MemorySnapshot first;
  ASSERT_TRUE(engine.WriteSnapshot(first));

  MemorySink other_sink;
  MatchingEngine other(EngineLimits::ForTests(), other_sink);
  const Status loaded = other.LoadSnapshot(first);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  EXPECT_EQ(other.Digest(), engine.Digest());
  EXPECT_TRUE(other.Audit().ok());
  MemorySnapshot second;
  ASSERT_TRUE(other.WriteSnapshot(second));
  EXPECT_EQ(first.data, second.data);

  sink.events.clear();
  other_sink.events.clear();
  const auto request = request_;
  const auto position = position_;
  Order(engine, 1, sbe::Side::SELL, 9'000, 500);
  request_ = request;
  position_ = position;
  Order(other, 1, sbe::Side::SELL, 9'000, 500);
  EXPECT_EQ(sink.events, other_sink.events);
  EXPECT_EQ(other.Digest(), engine.Digest());
}

}  // namespace
}  // namespace lockstep
