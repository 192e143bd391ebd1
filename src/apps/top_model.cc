#include "apps/top_model.h"

#include <algorithm>

#include "client/wire.h"
#include "lockstep_sbe/DepthUpdate.h"
#include "lockstep_sbe/Trade.h"

namespace lockstep {

void DurationWindow::Add(std::int64_t duration_ns) {
  if (durations_.size() < kDurations) {
    durations_.push_back(duration_ns);
    return;
  }
  durations_[next_] = duration_ns;
  next_ = (next_ + 1) % kDurations;
}

DurationWindow::Percentiles DurationWindow::Read() const {
  if (durations_.empty()) {
    return {};
  }
  std::vector<std::int64_t> sorted = durations_;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](std::size_t percent) {
    return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
  };
  return {.p50_ns = at(50), .p99_ns = at(99), .max_ns = sorted.back(), .count = sorted.size()};
}

bool TopModel::OnMessage(std::span<const std::byte> message, std::int64_t wall_ns) {
  if (TemplateIdOf(message) == sbe::DepthUpdate::sbeTemplateId()) {
    if (depth.Apply(message) != DepthReplica::Outcome::kApplied) {
      return false;
    }
    position = Decode<sbe::DepthUpdate>(message).position();
    ++depth_updates;
    return true;
  }
  if (auto trade = As<sbe::Trade>(message)) {
    ++trades;
    position = trade->header().position();
    const std::int64_t timestamp_ns = trade->header().timestampNs();
    trade_delays.Add(wall_ns - timestamp_ns);
    tape.push_front({.timestamp_ns = timestamp_ns,
                     .price_ticks = trade->price(),
                     .quantity_lots = trade->quantity(),
                     .taker_buys = trade->takerSideRaw() == sbe::Side::BUY});
    if (tape.size() > kTapeRows) {
      tape.pop_back();
    }
  }
  return true;
}

}  // namespace lockstep
