#include "replay/bots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/clock.h"
#include "client/spot_api.h"
#include "client/stream_client.h"
#include "replay/quotes.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kStepNs = 20 * kNsPerMs;
constexpr double kE8 = 1e8;
// One step moves the price by about this part of itself: some 0.05 % in a minute.
constexpr double kStepVolatility = 0.00001;
constexpr double kTakeNotional = 150;  // of one taker order at the least, in the quote asset
constexpr double kTakesPerStep = 0.15;
// The taker turns round before its position eats up its funds.
constexpr double kTakerPositionNotional = 50'000;

class Bots {
 public:
  Bots(const BotsOptions& options, SpotApi& maker, SpotApi& taker, StreamClient& maker_reports,
       const SpotSymbol& symbol)
      : options_(options),
        maker_(maker),
        taker_(taker),
        maker_reports_(maker_reports),
        symbol_(symbol),
        bids_(maker, symbol, true),
        asks_(maker, symbol, false),
        random_(options.seed),
        fair_price_(options.start_price) {}

  Result<BotsSummary> Run(const std::atomic<bool>& stop) {
    Status status = TakeBack();
    const std::int64_t started_ns = clock_.MonotonicNs();
    std::int64_t due_ns = started_ns;
    while (status.ok() && !stop.load() && !IsTimeUp(started_ns)) {
      status = Step();
      // Behind, it does not hurry: that would go beyond its rate.
      due_ns = std::max(due_ns + kStepNs, clock_.MonotonicNs());
      if (status.ok()) {
        status = TakeReports(due_ns);
      }
    }
    if (status.ok()) {
      status = TakeBack();
    }
    if (!status.ok()) {
      return std::unexpected(status);
    }
    summary_.seconds = static_cast<double>(clock_.MonotonicNs() - started_ns) / 1e9;
    summary_.commands += bids_.commands() + asks_.commands();
    summary_.rejects += bids_.rejects() + asks_.rejects();
    return summary_;
  }

 private:
  [[nodiscard]] bool IsTimeUp(std::int64_t started_ns) const {
    return options_.seconds > 0 &&
           static_cast<double>(clock_.MonotonicNs() - started_ns) / 1e9 >= options_.seconds;
  }

  // Also what an earlier run has left behind.
  Status TakeBack() {
    for (SpotApi* api : {&maker_, &taker_}) {
      ++summary_.commands;
      if (const auto cancelled = api->CancelOpenOrders(symbol_.name); !cancelled) {
        return cancelled.error();
      }
    }
    return Status::Ok();
  }

  Status Step() {
    fair_price_ *= std::exp(kStepVolatility * normal_(random_));
    const std::size_t level = step_++ % Quotes::kLevels;
    Status status = bids_.Refresh(level, fair_price_, asks_.BestE8());
    if (status.ok()) {
      status = asks_.Refresh(level, fair_price_, bids_.BestE8());
    }
    if (status.ok() && uniform_(random_) < kTakesPerStep) {
      status = Take();
    }
    return status;
  }

  // Takes in what happens to the maker's quotes, until it is time.
  Status TakeReports(std::int64_t due_ns) {
    for (;;) {
      const std::int64_t wait_ns = due_ns - clock_.MonotonicNs();
      const auto message =
          maker_reports_.Receive(std::max<std::int64_t>(wait_ns + kNsPerMs - 1, 0) / kNsPerMs);
      if (!message) {
        return message.error().code() == StatusCode::kUnavailable ? Status::Ok() : message.error();
      }
      const auto report = ParseReport(*message);
      if (!report) {
        return report.error();
      }
      if (*report) {
        bids_.OnReport(**report);
        asks_.OnReport(**report);
      }
    }
  }

  Status Take() {
    const double position = position_ * fair_price_ / kTakerPositionNotional;
    const bool is_buy = uniform_(random_) < 0.5 - 0.5 * std::clamp(position, -1.0, 1.0);
    // Mostly small, now and then one that goes through several levels.
    const double notional = kTakeNotional * std::exp(2.5 * uniform_(random_));
    const double lot = static_cast<double>(symbol_.lot_e8) / kE8;
    const std::int64_t lots = std::llround(notional / fair_price_ / lot);
    ++summary_.commands;
    const auto order =
        taker_.PlaceOrder({.symbol = symbol_.name,
                           .side = is_buy ? "BUY" : "SELL",
                           .type = "MARKET",
                           .time_in_force = {},
                           .price_e8 = 0,
                           .quantity_e8 = std::max<std::int64_t>(lots, 1) * symbol_.lot_e8,
                           .client_order_id = {}});
    if (!order && order.error().code() == StatusCode::kInvalidArgument) {
      ++summary_.rejects;
      return Status::Ok();
    }
    if (!order) {
      return order.error();
    }
    for (const SpotFill& fill : order->fills) {
      OnFill(fill, is_buy);
    }
    return Status::Ok();
  }

  void OnFill(const SpotFill& fill, bool is_buy) {
    const double quantity = static_cast<double>(fill.quantity_e8) / kE8;
    position_ += is_buy ? quantity : -quantity;
    summary_.volume += quantity;
    summary_.last_price = static_cast<double>(fill.price_e8) / kE8;
    if (summary_.trades++ == 0) {
      summary_.first_price = summary_.last_price;
    }
  }

  const BotsOptions& options_;
  SystemClock clock_;
  SpotApi& maker_;
  SpotApi& taker_;
  StreamClient& maker_reports_;
  SpotSymbol symbol_;
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
  SpotApi maker(options.http_address, options.keys.maker);
  SpotApi taker(options.http_address, options.keys.taker);
  const auto symbol = maker.Symbol(options.symbol);
  if (!symbol) {
    return std::unexpected(symbol.error());
  }
  const auto maker_reports = OpenUserDataStream(options.http_address, options.keys.maker);
  if (!maker_reports) {
    return std::unexpected(maker_reports.error());
  }
  return Bots(options, maker, taker, **maker_reports, *symbol).Run(stop);
}

std::string BotsSummary::ToText(const std::string& symbol) const {
  return fmt::format(
      "{} in {:.0f} s: {} commands, {} trades, volume {:.5f}, price {:.2f} to {:.2f}, {} rejects\n",
      symbol, seconds, commands, trades, volume, first_price, last_price, rejects);
}

}  // namespace lockstep
