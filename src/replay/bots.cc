#include "replay/bots.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <string_view>

#include "base/clock.h"
#include "replay/order_line.h"
#include "replay/reference_data.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kStepNs = 20 * kNsPerMs;
constexpr std::size_t kLevels = 8;  // quotes on each side
constexpr std::size_t kWindow = 64;
// One step moves the price by about this part of itself: some 0.05 % in a minute.
constexpr double kStepVolatility = 0.00001;
constexpr double kLevelDistance = 0.00005;  // of the price, between two quotes
constexpr double kQuoteNotional = 1'200;    // of one quote, in the quote asset
constexpr double kTakeNotional = 150;       // of one taker order at the least
constexpr double kTakesPerStep = 0.15;
// The taker turns round before its position eats up its funds.
constexpr double kTakerPositionNotional = 50'000;

struct Scales {
  double tick;  // in the quote asset
  double lot;   // in the base asset
};

// The quotes of one side: each a LIMIT_MAKER order that is taken back and placed anew when the
// price has moved away.
class Quotes {
 public:
  Quotes(OrderLine& line, std::uint32_t symbol, bool is_buy, const Scales& scales)
      : line_(line), symbol_(symbol), is_buy_(is_buy), scales_(scales) {}

  // Looks after one level. `worst_opposite_ticks`: own quotes of the other side must not be met; 0:
  // there are none.
  Status Refresh(std::size_t level, double fair_price, std::int64_t own_opposite_ticks) {
    Quote& quote = quotes_[level];
    const double distance = fair_price * kLevelDistance * (static_cast<double>(level) + 1);
    const double price = is_buy_ ? fair_price - distance : fair_price + distance;
    const auto price_ticks = static_cast<std::int64_t>(std::llround(price / scales_.tick));
    if (quote.open && quote.price_ticks == price_ticks && quote.leaves * 2 > quote.quantity) {
      return Status::Ok();
    }
    if (quote.open) {
      quote.open = false;
      if (Status status =
              line_.Send(line_.commands().CancelOrder(symbol_, {.client_order_id = quote.name}));
          !status.ok()) {
        return status;
      }
    }
    const bool meets_own = own_opposite_ticks != 0 && (is_buy_ ? price_ticks >= own_opposite_ticks
                                                               : price_ticks <= own_opposite_ticks);
    if (meets_own) {
      return Status::Ok();
    }
    quote.name = fmt::format("{}{}-{}", is_buy_ ? 'b' : 's', level, ++count_);
    quote.price_ticks = price_ticks;
    quote.quantity = std::max<std::int64_t>(1, std::llround(kQuoteNotional / price / scales_.lot));
    quote.leaves = quote.quantity;
    quote.open = true;
    return line_.Send(line_.commands().NewOrder({.symbol = symbol_,
                                                 .side = is_buy_ ? sbe::Side::BUY : sbe::Side::SELL,
                                                 .order_type = sbe::OrderType::LIMIT_MAKER,
                                                 .price_ticks = price_ticks,
                                                 .quantity_lots = quote.quantity,
                                                 .client_order_id = quote.name}));
  }

  void OnEvent(const OrderEvent& event) {
    for (Quote& quote : quotes_) {
      if (quote.name == event.client_order_id) {
        quote.leaves = event.leaves_lots;
        quote.open = quote.open && !event.is_order_end && event.kind != OrderEvent::Kind::kRejected;
      }
    }
  }

  // The own price nearest to the other side, 0 without a quote.
  [[nodiscard]] std::int64_t BestTicks() const {
    std::int64_t best = 0;
    for (const Quote& quote : quotes_) {
      if (quote.open &&
          (best == 0 || (is_buy_ ? quote.price_ticks > best : quote.price_ticks < best))) {
        best = quote.price_ticks;
      }
    }
    return best;
  }

 private:
  struct Quote {
    std::string name;
    std::int64_t price_ticks = 0;
    std::int64_t quantity = 0;
    std::int64_t leaves = 0;
    bool open = false;
  };

  OrderLine& line_;
  std::uint32_t symbol_;
  bool is_buy_;
  Scales scales_;
  std::array<Quote, kLevels> quotes_;
  std::uint64_t count_ = 0;
};

class Bots {
 public:
  Bots(const BotsOptions& options, OrderLine& maker, OrderLine& taker, const SymbolInfo& symbol)
      : options_(options),
        maker_(maker),
        taker_(taker),
        symbol_(symbol.symbol),
        scales_{std::pow(10.0, -symbol.price_scale), std::pow(10.0, -symbol.quantity_scale)},
        bids_(maker, symbol_, true, scales_),
        asks_(maker, symbol_, false, scales_),
        random_(options.seed),
        fair_price_(options.start_price) {
    maker_.set_handler([this](const OrderEvent& event) {
      bids_.OnEvent(event);
      asks_.OnEvent(event);
    });
    taker_.set_handler([this](const OrderEvent& event) { OnTakerEvent(event); });
  }

  Result<BotsSummary> Run(const std::atomic<bool>& stop) {
    Status status = TakeBack();
    const std::int64_t started_ns = clock_.MonotonicNs();
    std::int64_t due_ns = started_ns;
    while (status.ok() && !stop.load() && !IsTimeUp(started_ns)) {
      status = Step();
      due_ns += kStepNs;
      while (status.ok() && clock_.MonotonicNs() < due_ns) {
        const std::int64_t wait_ms = (due_ns - clock_.MonotonicNs()) / kNsPerMs;
        status = maker_.Idle(std::max<std::int64_t>(wait_ms, 1));
      }
      if (status.ok()) {
        status = taker_.Idle(0);
      }
    }
    if (status.ok()) {
      status = TakeBack();
    }
    if (!status.ok()) {
      return std::unexpected(status);
    }
    summary_.seconds = static_cast<double>(clock_.MonotonicNs() - started_ns) / 1e9;
    summary_.commands = maker_.sent_count() + taker_.sent_count();
    summary_.rejects = maker_.reject_count() + taker_.reject_count();
    return summary_;
  }

 private:
  [[nodiscard]] bool IsTimeUp(std::int64_t started_ns) const {
    return options_.seconds > 0 &&
           static_cast<double>(clock_.MonotonicNs() - started_ns) / 1e9 >= options_.seconds;
  }

  // Also what an earlier run has left behind.
  Status TakeBack() {
    for (OrderLine* line : {&maker_, &taker_}) {
      if (Status status = line->CancelAll(symbol_); !status.ok()) {
        return status;
      }
    }
    return Status::Ok();
  }

  Status Step() {
    fair_price_ *= std::exp(kStepVolatility * normal_(random_));
    const std::size_t level = step_++ % kLevels;
    Status status = bids_.Refresh(level, fair_price_, asks_.BestTicks());
    if (status.ok()) {
      status = asks_.Refresh(level, fair_price_, bids_.BestTicks());
    }
    if (status.ok() && uniform_(random_) < kTakesPerStep) {
      status = Take();
    }
    // Both lines collect their commands; this sends them.
    if (status.ok()) {
      status = maker_.Idle(0);
    }
    return status;
  }

  Status Take() {
    const double position = position_ * fair_price_ / kTakerPositionNotional;
    const bool is_buy = uniform_(random_) < 0.5 - 0.5 * std::clamp(position, -1.0, 1.0);
    // Mostly small, now and then one that goes through several levels.
    const double notional = kTakeNotional * std::exp(2.5 * uniform_(random_));
    const auto lots = static_cast<std::int64_t>(std::llround(notional / fair_price_ / scales_.lot));
    return taker_.Send(
        taker_.commands().NewOrder({.symbol = symbol_,
                                    .side = is_buy ? sbe::Side::BUY : sbe::Side::SELL,
                                    .order_type = sbe::OrderType::MARKET,
                                    .time_in_force = sbe::TimeInForce::IOC,
                                    .quantity_lots = std::max<std::int64_t>(lots, 1),
                                    .client_order_id = is_buy ? "buy" : "sell"}),
        Answer::kUntilEnd);
  }

  void OnTakerEvent(const OrderEvent& event) {
    if (event.kind != OrderEvent::Kind::kTrade) {
      return;
    }
    const double quantity = static_cast<double>(event.last_quantity_lots) * scales_.lot;
    position_ += event.client_order_id == "buy" ? quantity : -quantity;
    summary_.volume += quantity;
    summary_.last_price = static_cast<double>(event.last_price_ticks) * scales_.tick;
    if (summary_.trades++ == 0) {
      summary_.first_price = summary_.last_price;
    }
  }

  const BotsOptions& options_;
  SystemClock clock_;
  OrderLine& maker_;
  OrderLine& taker_;
  std::uint32_t symbol_;
  Scales scales_;
  Quotes bids_;
  Quotes asks_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  double fair_price_;
  double position_ = 0;  // of the taker, in the base asset, since the start
  std::uint64_t step_ = 0;
  BotsSummary summary_;
};

}  // namespace

Result<BotsSummary> RunBots(const BotsOptions& options, const std::atomic<bool>& stop) {
  auto client = SbeClient::Connect(options.sbe_address);
  if (!client) {
    return std::unexpected(client.error());
  }
  if (const auto logon = (*client)->Logon(options.keys.maker); !logon) {
    return std::unexpected(logon.error());
  }
  CommandBuilder commands;
  const auto reference = QueryReferenceData(**client, commands);
  if (!reference) {
    return std::unexpected(reference.error());
  }
  const auto symbol = reference->symbols.find(options.symbol);
  if (symbol == reference->symbols.end()) {
    return Error(StatusCode::kNotFound, "the exchange has no symbol " + options.symbol);
  }
  client->reset();
  auto maker = OrderLine::Open(options.sbe_address, options.keys.maker, kWindow);
  if (!maker) {
    return std::unexpected(maker.error());
  }
  auto taker = OrderLine::Open(options.sbe_address, options.keys.taker, kWindow);
  if (!taker) {
    return std::unexpected(taker.error());
  }
  return Bots(options, **maker, **taker, symbol->second).Run(stop);
}

std::string BotsSummary::ToText(const std::string& symbol) const {
  return fmt::format(
      "{} in {:.0f} s: {} commands, {} trades, volume {:.5f}, price {:.2f} to {:.2f}, {} rejects\n",
      symbol, seconds, commands, trades, volume, first_price, last_price, rejects);
}

}  // namespace lockstep
