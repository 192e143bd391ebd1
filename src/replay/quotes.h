// The quotes of one side: each a LIMIT_MAKER order that is replaced when the price has moved away
// or half of it is gone.
//
// Threads: one at a time. Errors are those of SpotApi, but for refusals, which are counted.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/status.h"
#include "client/spot_answers.h"
#include "client/spot_api.h"

namespace lockstep {

class Quotes {
 public:
  static constexpr std::size_t kLevels = 8;

  Quotes(SpotApi& api, const SpotSymbol& symbol, bool is_buy)
      : api_(api), symbol_(symbol), is_buy_(is_buy) {}

  // Looks after one level, around `fair_price`. `own_opposite_e8`: own quotes of the other side,
  // which must not be met; 0: there are none.
  Status Refresh(std::size_t level, double fair_price, std::int64_t own_opposite_e8);
  // Something happened to an order of the account.
  void OnReport(const SpotReport& report);

  // The own price nearest to the other side, 0 without a quote.
  [[nodiscard]] std::int64_t BestE8() const;
  [[nodiscard]] std::uint64_t commands() const { return commands_; }
  [[nodiscard]] std::uint64_t rejects() const { return rejects_; }

 private:
  struct Quote {
    std::uint64_t order_id = 0;  // 0: there is none
    std::int64_t price_e8 = 0;
    std::int64_t quantity_e8 = 0;
    std::int64_t executed_e8 = 0;
  };

  [[nodiscard]] std::int64_t PriceE8(std::size_t level, double fair_price) const;
  Status Cancel(Quote& quote);
  Status Place(Quote& quote, std::int64_t price_e8);
  // True: there is a value. Otherwise a refusal is counted, and another error left in `status`.
  template <class Value>
  bool Took(const Result<Value>& result, Status& status);

  SpotApi& api_;
  SpotSymbol symbol_;
  bool is_buy_;
  std::array<Quote, kLevels> quotes_;
  std::uint64_t commands_ = 0;
  std::uint64_t rejects_ = 0;
};

}  // namespace lockstep
