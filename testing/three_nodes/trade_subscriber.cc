#include "testing/three_nodes/trade_subscriber.h"

#include <fmt/format.h>
#include <time.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/status.h"
#include "client/credentials.h"
#include "client/local_cluster.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/SubscribeAck.h"
#include "lockstep_sbe/Trade.h"
#include "testing/support/public_trades.h"

namespace lockstep::testing_system {
namespace {

constexpr std::uint32_t kSymbol = 1;
constexpr std::uint8_t kTradesKind = 1;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kStayNs = 500 * kNsPerMs;
constexpr std::int64_t kConnectMs = 500;
constexpr std::int64_t kFillNs = 60'000 * kNsPerMs;

void Pause() {
  const timespec pause = {0, 5 * kNsPerMs};
  nanosleep(&pause, nullptr);
}

}  // namespace

TradeSubscriber::TradeSubscriber(const LocalCluster& cluster, Credentials credentials)
    : cluster_(cluster), credentials_(std::move(credentials)), thread_([this] { Run(); }) {}

TradeSubscriber::~TradeSubscriber() { Stop(); }

void TradeSubscriber::Stop() {
  stopping_.store(true);
  if (thread_.joinable()) {
    thread_.join();
  }
}

void TradeSubscriber::Fault(const std::string& what) {
  if (fault_.empty()) {
    fault_ = what;
  }
}

void TradeSubscriber::Run() {
  while (!stopping_.load()) {
    node_ = (node_ + 1) % cluster_.size();
    if (Move(node_)) {
      moves_.fetch_add(1);
      FillFrom(cluster_.http_address(node_), UINT64_MAX);
      Listen();
    } else {
      Pause();
    }
  }
}

bool TradeSubscriber::Move(int node) {
  last_on_connection_ = 0;
  auto client = SbeClient::Connect(cluster_.sbe_address(node), kConnectMs);
  if (!client || !(*client)->Logon(credentials_, {}, kConnectMs) ||
      !(*client)->Send(commands_.Subscribe(kSymbol, kTradesKind)).ok()) {
    return false;
  }
  client_ = std::move(*client);
  return true;
}

// Until it is time to move on, or the connection ends. The newest node may be behind: then nothing
// new comes from it before it has caught up.
void TradeSubscriber::Listen() {
  const std::int64_t until_ns = clock_.MonotonicNs() + kStayNs;
  while (!stopping_.load() && clock_.MonotonicNs() < until_ns) {
    const auto message = client_->Receive(20);
    if (!message) {
      if (message.error().code() != StatusCode::kUnavailable) {
        return;
      }
      continue;
    }
    if (auto trade = As<sbe::Trade>(*message)) {
      TakeStreamed(trade->tradeId(), {trade->price(), trade->quantity()});
    }
  }
}

void TradeSubscriber::TakeStreamed(std::uint64_t id, const SeenTrade& trade) {
  if (last_on_connection_ != 0 && id != last_on_connection_ + 1) {
    return Fault(fmt::format("on one connection to node {} trade {} came after {}", node_, id,
                             last_on_connection_));
  }
  last_on_connection_ = id;
  if (!trades_.empty() && id > trades_.rbegin()->first + 1) {
    FillUpTo(id);
  }
  Take(id, trade);
}

void TradeSubscriber::Take(std::uint64_t id, const SeenTrade& trade) {
  const auto [known, is_new] = trades_.emplace(id, trade);
  if (!is_new && !(known->second == trade)) {
    return Fault(fmt::format("node {} tells trade {} differently", node_, id));
  }
  if (trades_.size() != trades_.rbegin()->first - trades_.begin()->first + 1) {
    return Fault(fmt::format("there is a gap before trade {} of node {}", id, node_));
  }
  last_id_.store(trades_.rbegin()->first);
}

void TradeSubscriber::FillUpTo(std::uint64_t id) {
  const std::int64_t deadline_ns = clock_.MonotonicNs() + kFillNs;
  int node = node_;
  while (trades_.rbegin()->first + 1 < id && clock_.MonotonicNs() < deadline_ns) {
    if (!FillFrom(cluster_.http_address(node), id)) {
      // Another one, when it is gone meanwhile or has stored less: all say the same.
      node = (node + 1) % cluster_.size();
      Pause();
    }
  }
}

bool TradeSubscriber::FillFrom(const std::string& http_address, std::uint64_t id) {
  if (trades_.empty()) {
    return false;
  }
  const auto page = TradesFrom(http_address, trades_.rbegin()->first + 1);
  if (!page || page->empty()) {
    return false;
  }
  for (const PublicTrade& trade : *page) {
    if (trade.id < id) {
      Take(trade.id, {trade.price_ticks, trade.quantity_lots});
      ++filled_;
    }
  }
  return true;
}

}  // namespace lockstep::testing_system
