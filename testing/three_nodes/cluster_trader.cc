#include "testing/three_nodes/cluster_trader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/strong_id.h"
#include "client/cluster_client.h"
#include "client/wire.h"
#include "lockstep_sbe/RejectReason.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SessionReject.h"
#include "testing/support/random_orders.h"

namespace lockstep::testing_system {
namespace {

constexpr std::size_t kMaxInFlight = 64;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSettleNs = 60 * kNsPerSecond;

ClusterClientOptions ClientOptions(const ClusterTraderOptions& options) {
  ClusterClientOptions client;
  client.addresses = options.addresses;
  client.credentials = options.credentials;
  client.deadline_ms = 0;  // the ledger wants to know how each ended
  return client;
}

}  // namespace

ClusterTrader::ClusterTrader(ClusterTraderOptions options)
    : options_(std::move(options)),
      random_(options_.seed),
      client_(
          ClientOptions(options_),
          {.on_event =
               [this](std::span<const std::byte> message) { ledger_.TakeNumbered(message); },
           .on_outcome =
               [this](const RequestId& id, Outcome outcome, std::span<const std::byte> message) {
                 TakeOutcome(id, outcome, message);
               },
           .last_private_sequence = [this] { return ledger_.last_sequence(); }}),
      thread_([this] { Run(); }) {}

ClusterTrader::~ClusterTrader() { Stop(); }

void ClusterTrader::Stop() {
  stopping_.store(true);
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ClusterTrader::Fault(const std::string& what) {
  if (fault_.empty()) {
    fault_ = what;
  }
}

std::string ClusterTrader::Describe() const {
  const ClusterClientCounters& counters = client_.counters();
  std::string text = "asks node " + std::to_string(client_.target()) + ", connected to";
  for (std::size_t node = 0; node < options_.addresses.size(); ++node) {
    text += client_.IsConnected(node) ? " " + std::to_string(node) : "";
  }
  return text + ", sent again " + std::to_string(counters.sent_again) + ", redirects " +
         std::to_string(counters.redirects) + ", told of leaders " +
         std::to_string(counters.leader_events) + ", silences " +
         std::to_string(counters.timeouts) + ", connections " +
         std::to_string(counters.connections) + " of which lost " +
         std::to_string(counters.connections_lost);
}

void ClusterTrader::Run() {
  next_order_ns_ = clock_.MonotonicNs();
  while (!stopping_.load()) {
    SubmitDue();
    client_.Poll(5);
  }
  const std::int64_t deadline_ns = clock_.MonotonicNs() + kSettleNs;
  while (client_.in_flight() > 0) {
    client_.Poll(20);
    if (clock_.MonotonicNs() > deadline_ns) {
      return Fault(std::to_string(client_.in_flight()) +
                   " commands were not answered in a minute; " + Describe());
    }
  }
}

void ClusterTrader::SubmitDue() {
  const std::int64_t now_ns = clock_.MonotonicNs();
  const auto gap_ns =
      static_cast<std::int64_t>(static_cast<double>(kNsPerSecond) / options_.orders_per_second);
  while (now_ns >= next_order_ns_ && client_.in_flight() < kMaxInFlight) {
    const auto command = RandomOrderCommand(random_, commands_, ledger_);
    submitted_ns_.push_back(now_ns);
    client_.Submit(commands_.last_request_id(), command);
    next_order_ns_ += gap_ns;
  }
  // What could not be sent in time is not made up for.
  next_order_ns_ = std::max(next_order_ns_, now_ns);
}

void ClusterTrader::TakeOutcome(const RequestId& id, Outcome outcome,
                                std::span<const std::byte> message) {
  const std::int64_t waited_ns = clock_.MonotonicNs() - submitted_ns_[id.low - 1];
  longest_wait_ns_.store(std::max(longest_wait_ns_.load(), waited_ns));
  switch (outcome) {
    case Outcome::kExecuted:
      break;
    case Outcome::kRejected:
      if (ledger_.HasSeen(id)) {
        Fault("a command that was executed is rejected");
      }
      break;
    case Outcome::kReplayed: {
      ++replayed_;
      auto replayed = As<sbe::RequestReplayed>(message);
      if (replayed && replayed->reason() == sbe::RejectReason::NONE && !ledger_.HasSeen(id)) {
        Fault("a command is said to have been executed, but its events were not told");
      }
      break;
    }
    case Outcome::kRefused: {
      auto reject = As<sbe::SessionReject, 1>(message);
      Fault("a command was refused: " +
            (reject ? std::string(sbe::SessionError::c_str(reject->sessionError())) : ""));
      break;
    }
    case Outcome::kUnknown:
      Fault("a command was given up");
      break;
  }
  acknowledged_.fetch_add(1);
}

}  // namespace lockstep::testing_system
