#include "testing/market_feed/engine_market.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/state_machine.h"
#include "base/status.h"
#include "client/command_builder.h"
#include "engine/matching_engine.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "market_data/order_book_fold.h"
#include "market_data/price_levels.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::size_t kRingBytes = std::size_t{1} << 20U;
constexpr std::int64_t kStallNs = 60'000'000'000;
constexpr std::int64_t kMiddle = 1'000;

class MemoryWriter final : public SnapshotWriter {
 public:
  bool Write(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return true;
  }
  std::vector<std::byte> Take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class MemoryReader final : public SnapshotReader {
 public:
  explicit MemoryReader(std::span<const std::byte> bytes) : left_(bytes) {}
  Status Read(std::span<std::byte> bytes) override {
    if (bytes.size() > left_.size()) {
      return {StatusCode::kCorruption, "the snapshot ends early"};
    }
    std::copy_n(left_.begin(), bytes.size(), bytes.begin());
    left_ = left_.subspan(bytes.size());
    return Status::Ok();
  }

 private:
  std::span<const std::byte> left_;
};

std::vector<std::byte> Copy(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

EngineMarket::EngineMarket(std::uint64_t seed, Routing routing)
    : ring_(kRingBytes, kStallNs, [] { ADD_FAILURE() << "a reader of the ring is stuck"; }),
      reader_(ring_.Attach()),
      engine_(EngineLimits::ForTests(), ring_),
      driver_(engine_, ring_, clock_),
      router_reader_(ring_.Attach()),
      streams_(stream_clock_, router_reader_.waker()),
      router_(router_reader_, &streams_),
      random_(seed) {
  if (routing == Routing::kOwnThread) {
    router_.Start();
  }
}

void EngineMarket::Route() {
  while (router_.DoWork() > 0) {
  }
}

void EngineMarket::Pass(std::int64_t ns) {
  stream_clock_.AdvanceNs(ns);
  Route();
}

std::span<const std::byte> EngineMarket::From(std::uint64_t account,
                                              std::span<const std::byte> command) {
  // All commands begin with the same header.
  Decode<sbe::NewOrder>(command).header().account(account);
  return command;
}

void EngineMarket::Apply(const std::vector<std::vector<std::byte>>& commands) {
  std::array<std::byte, limits::kMaxBatchBytes> buffer{};
  EntryBuilder builder(buffer.data(), buffer.size());
  builder.Begin(1, 1, static_cast<std::uint64_t>(position_ + 1));
  for (const std::vector<std::byte>& command : commands) {
    ASSERT_TRUE(builder.Add(command));
  }
  ++position_;
  driver_.Apply(position_, 1'000'000 * position_, builder.Finish());
  ReadEvents();
}

void EngineMarket::SetUp() {
  Apply({Copy(commands_.CreateAsset(1, "BTC", 8)), Copy(commands_.CreateAsset(2, "USDT", 8)),
         Copy(commands_.CreateSymbol({.symbol = kSymbol.value(),
                                      .name = "BTCUSDT",
                                      .base_asset = 1,
                                      .quote_asset = 2,
                                      .price_scale = 2,
                                      .quantity_scale = 5}))});
  std::uint64_t number = 0;
  for (std::uint64_t account = 1; account <= kAccounts; ++account) {
    Apply({Copy(commands_.CreateAccount(account))});
    for (const std::uint32_t asset : {1U, 2U}) {
      Apply({Copy(commands_.Deposit(account, asset, 1'000'000'000'000'000, 1, ++number))});
    }
  }
}

void EngineMarket::Load(std::span<const std::byte> snapshot) {
  MemoryReader reader(snapshot);
  const Status loaded = driver_.LoadSnapshot(reader);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  ReadEvents();
}

std::vector<std::byte> EngineMarket::Snapshot() const {
  MemoryWriter writer;
  EXPECT_TRUE(driver_.WriteSnapshot(writer));
  return writer.Take();
}

std::span<const std::byte> EngineMarket::RandomNewOrder() {
  NewOrderFields fields;
  fields.symbol = kSymbol.value();
  const bool buy = Roll(2) == 0;
  fields.side = buy ? sbe::Side::BUY : sbe::Side::SELL;
  fields.quantity_lots = 1 + static_cast<std::int64_t>(Roll(500));
  fields.self_trade_prevention = static_cast<sbe::SelfTradePrevention::Value>(Roll(5));
  // Mostly on its own side of the middle, at times across it.
  const auto distance = static_cast<std::int64_t>(Roll(60)) - 8;
  fields.price_ticks = buy ? kMiddle - distance : kMiddle + distance;
  const std::uint64_t dice = Roll(20);
  if (dice < 2) {
    fields.order_type = sbe::OrderType::MARKET;
    fields.time_in_force = sbe::TimeInForce::IOC;
    fields.price_ticks = 0;
  } else if (dice < 4) {
    fields.order_type = sbe::OrderType::LIMIT_MAKER;
  } else if (dice < 6) {
    fields.time_in_force = dice == 4 ? sbe::TimeInForce::IOC : sbe::TimeInForce::FOK;
  }
  return commands_.NewOrder(fields);
}

std::span<const std::byte> EngineMarket::RandomCommand() {
  const std::uint32_t symbol = kSymbol.value();
  const std::uint64_t account = 1 + Roll(kAccounts);
  const std::uint64_t dice = Roll(100);
  const std::uint64_t young = std::min<std::uint64_t>(last_order_id_, 300);
  if (dice < 60 || young == 0) {
    return From(account, RandomNewOrder());
  }
  const OrderRef order{.order_id = last_order_id_ - Roll(young)};
  if (dice < 80) {
    return From(account, commands_.CancelOrder(symbol, order));
  }
  if (dice < 89) {
    return From(account,
                commands_.AmendOrder(symbol, order, 1 + static_cast<std::int64_t>(Roll(200))));
  }
  if (dice < 99) {
    const auto price_ticks = kMiddle - 40 + static_cast<std::int64_t>(Roll(80));
    return From(account, commands_.ReplaceOrder(symbol, order, Roll(3) == 0 ? 0 : price_ticks,
                                                static_cast<std::int64_t>(Roll(400))));
  }
  return From(account,
              Roll(8) == 0 ? commands_.CancelAll(symbol) : commands_.CancelOrder(symbol, order));
}

void EngineMarket::ApplyRandomEntry(int commands) {
  std::vector<std::vector<std::byte>> entry;
  entry.reserve(static_cast<std::size_t>(commands));
  for (int i = 0; i < commands; ++i) {
    entry.push_back(Copy(RandomCommand()));
  }
  Apply(entry);
}

void EngineMarket::ReadEvents() {
  const auto on_event = [this](std::span<const std::byte> message) {
    switch (ReadMessageHeader(message).template_id) {
      case sbe::Trade::sbeTemplateId():
        ++trades_;
        symbol_sequence_ = Decode<sbe::Trade>(message).header().symbolSequence();
        EXPECT_EQ(Decode<sbe::Trade>(message).header().account(), 0U) << "public data names nobody";
        break;
      case sbe::BookUpdate::sbeTemplateId():
        symbol_sequence_ = Decode<sbe::BookUpdate>(message).header().symbolSequence();
        EXPECT_EQ(Decode<sbe::BookUpdate>(message).header().account(), 0U)
            << "public data names nobody";
        break;
      case sbe::SymbolDefinition::sbeTemplateId():
        symbol_sequence_ = Decode<sbe::SymbolDefinition>(message).header().symbolSequence();
        break;
      case sbe::ExecutionReport::sbeTemplateId(): {
        auto report = Decode<sbe::ExecutionReport>(message);
        last_order_id_ = std::max(last_order_id_, report.orderId());
        if (report.execType() == sbe::ExecType::STATUS) {
          rows_.push_back({.order_id = report.orderId(),
                           .price_ticks = report.price(),
                           .quantity_lots = report.leavesQuantity(),
                           .side = static_cast<BookSide>(report.sideRaw())});
        }
        break;
      }
      case sbe::QueryEnd::sbeTemplateId():
        query_ended_ = true;
        more_rows_ = Decode<sbe::QueryEnd>(message).more() != 0;
        break;
      default:
        break;
    }
  };
  while (reader_.Poll(on_event, 1'000) > 0) {
  }
}

std::vector<FoldedOrder> EngineMarket::OpenOrders() {
  std::vector<FoldedOrder> orders;
  for (std::uint64_t account = 1; account <= kAccounts; ++account) {
    std::uint64_t after = 0;
    do {
      rows_.clear();
      query_ended_ = false;
      engine_.Query(
          From(account, commands_.Query(QueryKind::kOpenOrders, kSymbol.value(), {}, after)));
      ring_.Publish();
      ReadEvents();
      EXPECT_TRUE(query_ended_);
      orders.insert(orders.end(), rows_.begin(), rows_.end());
      after = rows_.empty() ? after : rows_.back().order_id;
    } while (more_rows_);
  }
  std::sort(orders.begin(), orders.end(), [](const FoldedOrder& left, const FoldedOrder& right) {
    return left.order_id < right.order_id;
  });
  return orders;
}

}  // namespace lockstep
