#include "apps/market_metrics.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

#include "lockstep_sbe/RejectReason.h"

namespace lockstep {
namespace {

constexpr double kNsPerSecond = 1e9;

struct CountedKind {
  EventCounts::Kind kind;
  const char* name;
  const char* help;
};

constexpr std::array<CountedKind, 7> kCounted = {{
    {EventCounts::Kind::kAccepted, "lockstep_orders_accepted_total", "New orders not rejected"},
    {EventCounts::Kind::kTrade, "lockstep_trades_total", "Fills, each counted once"},
    {EventCounts::Kind::kCanceled, "lockstep_orders_canceled_total", "Orders canceled"},
    {EventCounts::Kind::kReplaced, "lockstep_orders_replaced_total", "Orders amended or moved"},
    {EventCounts::Kind::kExpired, "lockstep_orders_expired_total",
     "Orders ended by their time in force"},
    {EventCounts::Kind::kPrevented, "lockstep_orders_prevented_total",
     "Orders touched by self-trade prevention"},
    {EventCounts::Kind::kReplayedRequest, "lockstep_requests_replayed_total",
     "Requests answered from memory because their id was known"},
}};

// UNKNOWN_ORDER → unknown_order.
std::string LowerCase(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lower;
}

}  // namespace

void AddMarketMetrics(Metrics& metrics, const EventsRouter& router) {
  const EventCounts& counts = router.counts();
  for (const CountedKind& counted : kCounted) {
    metrics.AddCounter(counted.name, counted.help, {}, [&counts, kind = counted.kind] {
      return static_cast<double>(counts.Of(kind));
    });
  }
  for (std::size_t reason = sbe::RejectReason::UNKNOWN_ACCOUNT;
       reason <= sbe::RejectReason::NO_OPEN_ORDERS; ++reason) {
    const auto value = static_cast<sbe::RejectReason::Value>(reason);
    metrics.AddCounter("lockstep_rejects_total", "Commands that the engine rejected, by reason",
                       {{"reason", LowerCase(sbe::RejectReason::c_str(value))}}, [&counts, reason] {
                         return static_cast<double>(counts.RejectedBecause(reason));
                       });
  }
  metrics.AddCounter("lockstep_market_data_events_total", "Events read, replayed ones too", {},
                     [&router] { return static_cast<double>(router.GetSummary().events); });
  metrics.AddGauge("lockstep_market_data_position", "Position of the last entry published", {},
                   [&router] { return static_cast<double>(router.GetSummary().position); });
  metrics.AddGauge(
      "lockstep_engine_time_seconds", "Engine time of that entry, since 1970", {},
      [&router] { return static_cast<double>(router.GetSummary().timestamp_ns) / kNsPerSecond; });
}

}  // namespace lockstep
