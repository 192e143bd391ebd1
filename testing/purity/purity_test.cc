// No memory after construction: whatever commands come, the engine lives on what it took at first.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "base/limits.h"
#include "base/state_machine.h"
#include "base/status.h"
#include "client/command_builder.h"
#include "engine/matching_engine.h"
#include "lockstep_sbe/CommandHeader.h"
#include "lockstep_sbe/OrderType.h"
#include "lockstep_sbe/SelfTradePrevention.h"
#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"
#include "protocol/entry.h"
#include "testing/purity/memory_counter.h"

namespace lockstep {
namespace {

using testing::kCountsMemory;
using testing::MemoryCounter;

constexpr std::uint64_t kAccounts = 8;
constexpr std::uint32_t kSymbols = 2;

// Keeps nothing but the number of events.
class CountingSink final : public EventSink {
 public:
  std::byte* Claim(std::size_t length) override {
    EXPECT_LE(length, event_.size());
    return event_.data();
  }
  void Commit(std::size_t /*length*/) override { ++events_; }
  [[nodiscard]] std::size_t events() const { return events_; }

 private:
  alignas(8) std::array<std::byte, limits::kMaxEventBytes> event_{};
  std::size_t events_ = 0;
};

class MemorySnapshot final : public SnapshotWriter {
 public:
  explicit MemorySnapshot(std::size_t capacity) : bytes_(capacity) {}
  [[nodiscard]] bool Write(std::span<const std::byte> bytes) override {
    if (bytes.size() > bytes_.size() - size_) {
      return false;
    }
    if (!bytes.empty()) {
      std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    }
    size_ += bytes.size();
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t size_ = 0;
};

// Makes commands and entries in buffers of its own, so that it asks for no memory either.
class RandomMarket {
 public:
  explicit RandomMarket(MatchingEngine& engine) : engine_(engine) {}

  void Open() {
    Send(0, builder_.CreateAsset(1, "BTC", 8));
    Send(0, builder_.CreateAsset(2, "USDT", 8));
    for (std::uint32_t symbol = 1; symbol <= kSymbols; ++symbol) {
      Send(0, builder_.CreateSymbol({.symbol = symbol,
                                     .name = symbol == 1 ? "BTCUSDT" : "BTCUSDX",
                                     .base_asset = 1,
                                     .quote_asset = 2,
                                     .price_scale = 2,
                                     .quantity_scale = 5,
                                     .maker_fee_ppm = 1'000,
                                     .taker_fee_ppm = 1'000,
                                     .min_notional = 0}));
    }
    for (std::uint64_t account = 1; account <= kAccounts; ++account) {
      Send(0, builder_.CreateAccount(account));
      Send(0, builder_.Deposit(account, 1, 1'000'000'000'000, 1, 2 * account));
      Send(0, builder_.Deposit(account, 2, 100'000'000'000'000, 1, 2 * account + 1));
    }
  }

  void Step() {
    const std::uint64_t account = 1 + Below(kAccounts);
    const auto symbol = static_cast<std::uint32_t>(1 + Below(kSymbols));
    switch (Below(12)) {
      case 0:
        return Send(account, builder_.CancelOrder(symbol, {.order_id = 1 + Below(5'000)}));
      case 1:
        return Send(account,
                    builder_.AmendOrder(symbol, {.order_id = 1 + Below(5'000)}, Quantity()));
      case 2:
        return Send(account, builder_.ReplaceOrder(symbol, {.order_id = 1 + Below(5'000)}, Price(),
                                                   Quantity()));
      case 3:
        return Below(50) == 0 ? Send(account, builder_.CancelAll(symbol)) : Order(account, symbol);
      case 4:
        return Send(0, builder_.Deposit(account, 2, 1'000'000, 2, ++deposit_));
      case 5:
        return engine_.Query(builder_.Query(QueryKind::kOpenOrders, symbol));
      default:
        return Order(account, symbol);
    }
  }

 private:
  void Order(std::uint64_t account, std::uint32_t symbol) {
    static constexpr std::array<const char*, 4> kNames = {"", "a", "b", "a-longer-client-order-id"};
    NewOrderFields order{.symbol = symbol,
                         .side = Below(2) == 0 ? sbe::Side::BUY : sbe::Side::SELL,
                         .price_ticks = Price(),
                         .quantity_lots = Quantity(),
                         .client_order_id = kNames[Below(kNames.size())]};
    static constexpr std::array kModes = {
        sbe::SelfTradePrevention::NONE, sbe::SelfTradePrevention::EXPIRE_TAKER,
        sbe::SelfTradePrevention::EXPIRE_MAKER, sbe::SelfTradePrevention::EXPIRE_BOTH,
        sbe::SelfTradePrevention::DECREMENT};
    order.self_trade_prevention = kModes[Below(kModes.size())];
    switch (Below(6)) {
      case 0:
        order.time_in_force = sbe::TimeInForce::IOC;
        break;
      case 1:
        order.time_in_force = sbe::TimeInForce::FOK;
        break;
      case 2:
        order.order_type = sbe::OrderType::LIMIT_MAKER;
        break;
      case 3:
        order.order_type = sbe::OrderType::MARKET;
        order.time_in_force = sbe::TimeInForce::IOC;
        order.price_ticks = 0;
        if (Below(2) == 0) {
          order.quote_quantity = 1'000'000'000;
          order.quantity_lots = 0;
        }
        break;
      default:
        break;
    }
    Send(account, builder_.NewOrder(order));
  }

  void Send(std::uint64_t account, std::span<const std::byte> command) {
    std::memcpy(command_.data(), command.data(), command.size());
    sbe::CommandHeader header(SbeBuffer(command_.data()), kMessageHeaderBytes, command.size(), 0);
    header.account(account).originSession(account).gatewayReceivedNs(now_ns_);
    EntryBuilder entry(entry_.data(), entry_.size());
    entry.Begin(1, 1, static_cast<std::uint64_t>(++position_));
    ASSERT_TRUE(entry.Add({command_.data(), command.size()}));
    now_ns_ += 1'000'000;
    engine_.Apply(position_, now_ns_, entry.Finish());
  }

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }
  std::int64_t Price() { return static_cast<std::int64_t>(9'000 + Below(2'000)); }
  std::int64_t Quantity() { return static_cast<std::int64_t>(1 + Below(1'000)); }

  MatchingEngine& engine_;
  CommandBuilder builder_{7};
  std::mt19937_64 random_{20261123};
  std::int64_t position_ = 0;
  std::int64_t now_ns_ = 1'800'000'000'000'000'000;
  std::uint64_t deposit_ = 0;
  alignas(8) std::array<std::byte, limits::kMaxCommandBytes> command_{};
  alignas(8) std::array<std::byte, limits::kMinBatchBytes> entry_{};
};

TEST(MemoryCounter, CountsEachWayToAskForMemory) {
  if (!kCountsMemory) {
    GTEST_SKIP() << "a sanitizer has its own malloc, so nothing can be counted here";
  }
  // The planted violations: each must be seen, or the tests below prove nothing.
  const MemoryCounter counter;
  EXPECT_EQ(MemoryCounter::Calls(), 0U);
  auto integer = std::make_unique<int>(3);
  EXPECT_EQ(MemoryCounter::Calls(), 1U);
  std::string text(100, 'x');
  EXPECT_EQ(MemoryCounter::Calls(), 2U);
  void* volatile memory = std::malloc(64);
  EXPECT_EQ(MemoryCounter::Calls(), 3U);
  void* volatile larger = std::realloc(memory, 128);
  EXPECT_EQ(MemoryCounter::Calls(), 4U);
  std::free(larger);
  void* const mapped =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT_EQ(MemoryCounter::Calls(), 5U);
  munmap(mapped, 4096);
  EXPECT_EQ(*integer + static_cast<int>(text.size()), 103);
}

TEST(Purity, NoMemoryAfterConstruction) {
  if (!kCountsMemory) {
    GTEST_SKIP() << "a sanitizer has its own malloc, so nothing can be counted here";
  }
  CountingSink sink;
  MatchingEngine engine(EngineLimits::ForTests(), sink);
  MemorySnapshot snapshot(std::size_t{64} << 20);
  RandomMarket market(engine);
  std::size_t calls = 0;
  bool written = false;
  {
    const MemoryCounter counter;
    market.Open();
    for (int i = 0; i < 50'000; ++i) {
      market.Step();
    }
    written = engine.WriteSnapshot(snapshot);
    calls = MemoryCounter::Calls();
  }
  EXPECT_EQ(calls, 0U);
  EXPECT_TRUE(written);
  EXPECT_GT(snapshot.size(), 1'000U);
  EXPECT_GT(sink.events(), 50'000U);  // the market did move
  EXPECT_TRUE(engine.Audit().ok()) << engine.Audit().message();
}

}  // namespace
}  // namespace lockstep
