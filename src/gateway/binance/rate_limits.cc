#include "gateway/binance/rate_limits.h"

#include <algorithm>

namespace lockstep {
namespace {

bool IsOver(std::uint64_t count, std::uint64_t bound) { return bound != 0 && count > bound; }

ApiAnswer TooManyOrders(std::uint64_t bound, std::string_view interval, std::uint32_t wait_s) {
  ApiAnswer answer =
      AnswerOf(MakeError(ErrorKind::kTooManyOrders, std::to_string(bound), interval));
  answer.retry_after_s = wait_s;
  return answer;
}

}  // namespace

std::optional<std::uint32_t> RateLimits::TakeWeight(std::string_view address, std::uint32_t weight,
                                                    std::int64_t wall_ns) {
  const std::uint64_t used = weight_.At(address, wall_ns) += weight;
  const std::uint64_t requests = requests_.At(address, wall_ns) += 1;
  if (IsOver(requests, settings_.raw_requests_per_5_minutes)) {
    return requests_.SecondsLeft(wall_ns);
  }
  if (IsOver(used, settings_.weight_per_minute) && weight != 0) {
    return weight_.SecondsLeft(wall_ns);
  }
  return std::nullopt;
}

std::uint64_t RateLimits::UsedWeight(std::string_view address, std::int64_t wall_ns) {
  return weight_.At(address, wall_ns);
}

std::optional<ApiAnswer> RateLimits::TakeOrder(AccountId account, std::int64_t wall_ns) {
  std::uint64_t& in_10s = orders_10s_.At(account.value(), wall_ns);
  std::uint64_t& in_day = orders_day_.At(account.value(), wall_ns);
  if (IsOver(in_10s + 1, settings_.orders_per_10_seconds)) {
    return TooManyOrders(settings_.orders_per_10_seconds, "10 SECOND",
                         orders_10s_.SecondsLeft(wall_ns));
  }
  if (IsOver(in_day + 1, settings_.orders_per_day)) {
    return TooManyOrders(settings_.orders_per_day, "1 DAY", orders_day_.SecondsLeft(wall_ns));
  }
  ++in_10s;
  ++in_day;
  return std::nullopt;
}

void RateLimits::GiveBackOrder(AccountId account, std::int64_t taken_wall_ns,
                               std::int64_t wall_ns) {
  const auto give_back = [&](auto& counts, std::int64_t interval_ns) {
    if (taken_wall_ns / interval_ns == wall_ns / interval_ns) {
      std::uint64_t& count = counts.At(account.value(), wall_ns);
      count -= std::min<std::uint64_t>(count, 1);
    }
  };
  give_back(orders_10s_, 10 * kSecondNs);
  give_back(orders_day_, kDayNs);
}

OrderCounts RateLimits::Orders(AccountId account, std::int64_t wall_ns) {
  return {.in_10_seconds = orders_10s_.At(account.value(), wall_ns),
          .in_day = orders_day_.At(account.value(), wall_ns)};
}

}  // namespace lockstep
