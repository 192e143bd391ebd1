#include "testing/history_recording/history_market.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "lockstep_sbe/ExecutionReport.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

using testing::Bytes;
using testing::Command;

constexpr std::int64_t kStallNs = 2'000'000'000;
constexpr std::int64_t kMiddle = 1'000;
// A Tuesday, 2026-11-24 10:00 UTC, so that days, weeks and months end during a long run.
constexpr std::int64_t kStartNs = 1'795'514'400'000'000'000;

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

}  // namespace

HistoryMarket::HistoryMarket(std::uint64_t seed, std::size_t ring_bytes)
    : ring_(ring_bytes, kStallNs, [this] { ++stalls_; }),
      reader_(ring_.Attach()),
      engine_(EngineLimits::ForTests(), ring_),
      driver_(engine_, ring_, clock_),
      random_(seed),
      now_ns_(kStartNs) {}

void HistoryMarket::SetUp() {
  Apply(std::vector<Command>{Bytes(testing::CreateAsset{.asset = 1, .name = "BTC", .scale = 8}),
                             Bytes(testing::CreateAsset{.asset = 2, .name = "USDT", .scale = 8})});
  for (std::uint32_t symbol = 1; symbol <= kSymbols; ++symbol) {
    Apply(std::vector<Command>{
        Bytes(testing::CreateSymbol{.symbol = symbol,
                                    .name = "PAIR" + std::to_string(symbol),
                                    .base_asset = 1,
                                    .quote_asset = 2,
                                    .price_scale = 2,
                                    .quantity_scale = 5,
                                    .rules = {.maker_fee_ppm = 100, .taker_fee_ppm = 1'000}})});
  }
  std::uint64_t number = 0;
  for (std::uint64_t account = 1; account <= kAccounts; ++account) {
    Apply(std::vector<Command>{Bytes(testing::CreateAccount{.target = account})});
    for (const std::uint32_t asset : {1U, 2U}) {
      Apply(std::vector<Command>{Bytes(testing::MoveFunds{.target = account,
                                                          .asset = asset,
                                                          .amount = 1'000'000'000'000'000,
                                                          .number = ++number})});
    }
  }
}

std::string HistoryMarket::RandomClientId() {
  // Few enough that ids are used again, also by other accounts.
  return Roll(3) == 0 ? "" : "client-" + std::to_string(Roll(40));
}

Command HistoryMarket::RandomOrder(std::uint64_t account, std::uint32_t symbol) {
  testing::NewOrder order{.account = account, .symbol = symbol};
  const bool buy = Roll(2) == 0;
  order.side = buy ? testing::kBuy : testing::kSell;
  order.quantity = 1 + static_cast<std::int64_t>(Roll(500));
  order.stp = static_cast<std::uint8_t>(Roll(5));
  order.client_order_id = RandomClientId();
  // Mostly on its own side of the middle, at times across it.
  const auto distance = static_cast<std::int64_t>(Roll(60)) - 8;
  order.price = buy ? kMiddle - distance : kMiddle + distance;
  const std::uint64_t dice = Roll(20);
  if (dice < 2) {
    order.type = testing::kMarket;
    order.time_in_force = testing::kIoc;
    order.price = 0;
    if (dice == 0) {
      order.quote_quantity = order.quantity * kMiddle * 10;
      order.quantity = 0;
    }
  } else if (dice < 4) {
    order.type = testing::kLimitMaker;
  } else if (dice < 6) {
    order.time_in_force = dice == 4 ? testing::kIoc : testing::kFok;
  }
  return Bytes(order);
}

Command HistoryMarket::RandomCommand() {
  const std::uint64_t account = 1 + Roll(kAccounts);
  const auto symbol = static_cast<std::uint32_t>(1 + Roll(kSymbols));
  const std::uint64_t dice = Roll(100);
  const std::uint64_t young = std::min<std::uint64_t>(last_order_id_[symbol], 200);
  if (dice < 60 || young == 0) {
    return RandomOrder(account, symbol);
  }
  const std::uint64_t order_id = last_order_id_[symbol] - Roll(young);
  if (dice < 78) {
    return Bytes(testing::CancelOrder{.account = account,
                                      .symbol = symbol,
                                      .order_id = order_id,
                                      .client_order_id = RandomClientId()});
  }
  if (dice < 89) {
    return Bytes(testing::AmendOrder{.account = account,
                                     .symbol = symbol,
                                     .order_id = order_id,
                                     .new_quantity = 1 + static_cast<std::int64_t>(Roll(200)),
                                     .client_order_id = RandomClientId()});
  }
  if (dice < 99) {
    return Bytes(
        testing::ReplaceOrder{.account = account,
                              .symbol = symbol,
                              .order_id = order_id,
                              .new_price = kMiddle - 40 + static_cast<std::int64_t>(Roll(80)),
                              .new_quantity = static_cast<std::int64_t>(Roll(400))});
  }
  return Bytes(testing::CancelAll{.account = account, .symbol = Roll(2) == 0 ? symbol : 0});
}

void HistoryMarket::ApplyRandomEntry(int commands, std::int64_t longest_step_ns) {
  std::vector<Command> entry;
  entry.reserve(static_cast<std::size_t>(commands));
  for (int i = 0; i < commands; ++i) {
    entry.push_back(RandomCommand());
  }
  Apply(entry, static_cast<std::int64_t>(Roll(static_cast<std::uint64_t>(longest_step_ns) + 1)));
}

void HistoryMarket::Apply(std::span<const Command> commands, std::int64_t step_ns) {
  auto bytes = testing::Entry(commands);
  const auto length = static_cast<std::int64_t>(bytes.size());
  ApplyEntry({position_ + length, now_ns_ + step_ns, std::move(bytes)});
}

void HistoryMarket::ApplyEntry(LoggedEntry entry) {
  position_ = entry.position;
  now_ns_ = entry.timestamp_ns;
  driver_.Apply(entry.position, entry.timestamp_ns, entry.bytes);
  entries_.push_back(std::move(entry));
  ReadEvents();
}

void HistoryMarket::Replay(std::span<const LoggedEntry> entries) {
  for (const LoggedEntry& entry : entries) {
    ApplyEntry(entry);
  }
}

void HistoryMarket::Load(std::span<const std::byte> snapshot) {
  MemoryReader reader(snapshot);
  const Status loaded = driver_.LoadSnapshot(reader);
  ASSERT_TRUE(loaded.ok()) << loaded.message();
  ReadEvents();
}

std::vector<std::byte> HistoryMarket::Snapshot() const {
  MemoryWriter writer;
  EXPECT_TRUE(driver_.WriteSnapshot(writer));
  return writer.Take();
}

void HistoryMarket::QueryOpenOrders(std::uint64_t account) {
  constexpr std::uint8_t kOpenOrders = 2;
  engine_.Query(Bytes(testing::Query{.account = account, .kind = kOpenOrders}));
  ring_.Publish();
  ReadEvents();
}

void HistoryMarket::ReadEvents() {
  const auto on_event = [this](std::span<const std::byte> event) {
    naive_.Apply(event);
    if (ReadMessageHeader(event).template_id == sbe::ExecutionReport::sbeTemplateId()) {
      auto report = Decode<sbe::ExecutionReport>(event);
      std::uint64_t& last = last_order_id_[report.header().symbol()];
      last = std::max(last, report.orderId());
    }
  };
  while (reader_.Poll(on_event, 1'000) > 0) {
  }
}

}  // namespace lockstep
