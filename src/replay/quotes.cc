#include "replay/quotes.h"

#include <algorithm>
#include <cmath>

namespace lockstep {
namespace {

constexpr double kE8 = 1e8;
constexpr double kLevelDistance = 0.00005;  // of the price, between two quotes
constexpr double kQuoteNotional = 1'200;    // of one quote, in the quote asset

}  // namespace

std::int64_t Quotes::PriceE8(std::size_t level, double fair_price) const {
  const double distance = fair_price * kLevelDistance * (static_cast<double>(level) + 1);
  const double price = is_buy_ ? fair_price - distance : fair_price + distance;
  return std::llround(price * kE8 / static_cast<double>(symbol_.tick_e8)) * symbol_.tick_e8;
}

Status Quotes::Refresh(std::size_t level, double fair_price, std::int64_t own_opposite_e8) {
  Quote& quote = quotes_[level];
  const std::int64_t price_e8 = PriceE8(level, fair_price);
  if (quote.order_id != 0 && quote.price_e8 == price_e8 &&
      quote.executed_e8 * 2 < quote.quantity_e8) {
    return Status::Ok();
  }
  const bool meets_own =
      own_opposite_e8 != 0 && (is_buy_ ? price_e8 >= own_opposite_e8 : price_e8 <= own_opposite_e8);
  return meets_own ? Cancel(quote) : Place(quote, price_e8);
}

template <class Value>
bool Quotes::Took(const Result<Value>& result, Status& status) {
  ++commands_;
  if (!result && result.error().code() == StatusCode::kInvalidArgument) {
    ++rejects_;  // mostly an order that was filled before its cancel came
  } else if (!result) {
    status = result.error();
  }
  return result.has_value();
}

Status Quotes::Cancel(Quote& quote) {
  Status status;
  if (quote.order_id != 0) {
    Took(api_.CancelOrder(symbol_.name, quote.order_id), status);
    quote = {};
  }
  return status;
}

Status Quotes::Place(Quote& quote, std::int64_t price_e8) {
  const double lot = static_cast<double>(symbol_.lot_e8) / kE8;
  const double price = static_cast<double>(price_e8) / kE8;
  const OrderFields order{
      .symbol = symbol_.name,
      .side = is_buy_ ? "BUY" : "SELL",
      .type = "LIMIT_MAKER",
      .time_in_force = {},
      .price_e8 = price_e8,
      .quantity_e8 =
          std::max<std::int64_t>(1, std::llround(kQuoteNotional / price / lot)) * symbol_.lot_e8,
      .client_order_id = {}};
  const Quote old = quote;
  quote = {};
  Status status;
  std::optional<SpotOrder> placed;
  if (old.order_id == 0) {
    if (auto answer = api_.PlaceOrder(order); Took(answer, status)) {
      placed = std::move(*answer);
    }
  } else if (auto answer = api_.ReplaceOrder(old.order_id, order); Took(answer, status)) {
    rejects_ += answer->placed ? 0U : 1U;
    placed = std::move(answer->placed);
  }
  if (placed) {
    quote = {.order_id = placed->order_id,
             .price_e8 = price_e8,
             .quantity_e8 = order.quantity_e8,
             .executed_e8 = placed->executed_e8};
  }
  return status;
}

void Quotes::OnReport(const SpotReport& report) {
  for (Quote& quote : quotes_) {
    if (quote.order_id == report.order.order_id) {
      quote.executed_e8 = report.order.executed_e8;
      if (!report.order.IsOpen()) {
        quote = {};
      }
    }
  }
}

std::int64_t Quotes::BestE8() const {
  std::int64_t best = 0;
  for (const Quote& quote : quotes_) {
    if (quote.order_id != 0 &&
        (best == 0 || (is_buy_ ? quote.price_e8 > best : quote.price_e8 < best))) {
      best = quote.price_e8;
    }
  }
  return best;
}

}  // namespace lockstep
