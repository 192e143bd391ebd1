// What one address and one account may ask for, in fixed intervals of the wall clock, as Binance
// counts: request weight and raw requests of an address, orders of an account.
//
// Shape: a table for each interval, emptied when the next one begins. Bounds: kMaxTracked entries;
// who comes when a table is full shares the last one's count. Threads: the trading loop alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/strong_id.h"
#include "gateway/binance/api_call.h"

namespace lockstep {

// 0: no bound. What is set here is what exchangeInfo publishes.
struct RateLimitSettings {
  std::uint64_t weight_per_minute = 6'000;
  std::uint64_t raw_requests_per_5_minutes = 300'000;
  // Above what Binance grants (50 and 160,000): the bound that keeps the market safe is the
  // sequencer's back pressure.
  std::uint64_t orders_per_10_seconds = 100'000;
  std::uint64_t orders_per_day = 200'000'000;
};

// Counts of one kind and interval.
template <class Key, class Hash = std::hash<Key>>
class IntervalCounts {
 public:
  explicit IntervalCounts(std::int64_t interval_ns) : interval_ns_(interval_ns) {}

  // The count of the running interval.
  template <class Lookup>
  std::uint64_t& At(const Lookup& key, std::int64_t wall_ns) {
    const std::int64_t number = wall_ns / interval_ns_;
    if (number != number_) {
      number_ = number;
      counts_.clear();
      overflow_ = 0;
    }
    const auto found = counts_.find(key);
    if (found != counts_.end()) {
      return found->second;
    }
    return counts_.size() < kMaxTracked ? counts_[Key(key)] : overflow_;
  }
  [[nodiscard]] std::uint32_t SecondsLeft(std::int64_t wall_ns) const {
    constexpr std::int64_t kSecondNs = 1'000'000'000;
    return static_cast<std::uint32_t>((interval_ns_ - wall_ns % interval_ns_ + kSecondNs - 1) /
                                      kSecondNs);
  }

 private:
  static constexpr std::size_t kMaxTracked = 65'536;

  struct Equal {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return a == b; }
  };

  std::int64_t interval_ns_;
  std::int64_t number_ = -1;
  std::unordered_map<Key, std::uint64_t, Hash, Equal> counts_;
  std::uint64_t overflow_ = 0;
};

class RateLimits {
 public:
  explicit RateLimits(const RateLimitSettings& settings) : settings_(settings) {}

  // Counts one request of `weight`. Seconds to wait when it is over a bound (it is counted then
  // too).
  [[nodiscard]] std::optional<std::uint32_t> TakeWeight(std::string_view address,
                                                        std::uint32_t weight, std::int64_t wall_ns);
  [[nodiscard]] std::uint64_t UsedWeight(std::string_view address, std::int64_t wall_ns);

  // Counts one order, if neither bound is reached; otherwise the answer that says so.
  [[nodiscard]] std::optional<ApiAnswer> TakeOrder(AccountId account, std::int64_t wall_ns);
  // The order was refused after all.
  void GiveBackOrder(AccountId account, std::int64_t taken_wall_ns, std::int64_t wall_ns);
  [[nodiscard]] OrderCounts Orders(AccountId account, std::int64_t wall_ns);

  [[nodiscard]] const RateLimitSettings& settings() const { return settings_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  static constexpr std::int64_t kSecondNs = 1'000'000'000;
  static constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
  static constexpr std::int64_t kDayNs = 24 * std::int64_t{60} * kMinuteNs;

  RateLimitSettings settings_;
  IntervalCounts<std::string, TextHash> weight_{kMinuteNs};
  IntervalCounts<std::string, TextHash> requests_{std::int64_t{5} * kMinuteNs};
  IntervalCounts<std::uint64_t> orders_10s_{10 * kSecondNs};
  IntervalCounts<std::uint64_t> orders_day_{kDayNs};
};

}  // namespace lockstep
