#include "bench/failover_load.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strong_id.h"
#include "client/cluster_client.h"
#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/DepthUpdate.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kSymbol = 1;  // BTCUSDT of --dev
constexpr std::uint8_t kDepthKind = 2;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

ClusterClientOptions OptionsOf(std::vector<std::string> addresses, const Credentials& credentials) {
  ClusterClientOptions options;
  options.addresses = std::move(addresses);
  options.credentials = credentials;
  options.resend = false;
  options.deadline_ms = 0;
  return options;
}

}  // namespace

FailoverLoad::FailoverLoad(std::vector<std::string> addresses, const Credentials& credentials,
                           double orders_per_second)
    : client_(OptionsOf(std::move(addresses), credentials),
              {.on_event = nullptr,
               .on_outcome = [this](const RequestId& id, Outcome outcome,
                                    std::span<const std::byte>) { TakeOutcome(id, outcome); },
               .last_private_sequence = nullptr}),
      thread_([this, orders_per_second] { Run(orders_per_second); }) {}

FailoverLoad::~FailoverLoad() {
  stopping_.store(true);
  thread_.join();
}

void FailoverLoad::Arm() {
  first_answer_ns_.store(0);
  armed_ns_.store(clock_.MonotonicNs());
}

void FailoverLoad::Run(double orders_per_second) {
  CommandBuilder commands;
  const std::int64_t start_ns = clock_.MonotonicNs();
  const double gap_ns = static_cast<double>(kNsPerSecond) / orders_per_second;
  while (!stopping_.load()) {
    const std::int64_t now_ns = clock_.MonotonicNs();
    const auto due = static_cast<std::size_t>(static_cast<double>(now_ns - start_ns) / gap_ns);
    while (submitted_ns_.size() < due) {
      const OrderRef order = {.client_order_id = "failover"};
      const auto command = submitted_ns_.size() % 2 == 0
                               ? commands.NewOrder({.symbol = kSymbol,
                                                    .side = sbe::Side::BUY,
                                                    .price_ticks = 100'000,
                                                    .quantity_lots = 10'000,
                                                    .client_order_id = order.client_order_id})
                               : commands.CancelOrder(kSymbol, order);
      submitted_ns_.push_back(now_ns);
      client_.Submit(commands.last_request_id(), command);
    }
    client_.Poll(1);
  }
}

void FailoverLoad::TakeOutcome(const RequestId& id, Outcome outcome) {
  if (outcome == Outcome::kUnknown || outcome == Outcome::kRefused) {
    unknown_.fetch_add(1);
    return;
  }
  if (outcome == Outcome::kRejected) {
    // Before the first leader has made the market, all are.
    rejected_.fetch_add(answered_.load() > 0 ? 1 : 0);
    return;
  }
  answered_.fetch_add(1);
  if (first_answer_ns_.load() == 0 && submitted_ns_[id.low - 1] > armed_ns_.load()) {
    first_answer_ns_.store(clock_.MonotonicNs());
  }
}

Result<std::unique_ptr<DepthListener>> DepthListener::Start(const std::string& sbe_address,
                                                            const Credentials& credentials) {
  auto client = SbeClient::Connect(sbe_address);
  if (!client) {
    return std::unexpected(client.error());
  }
  if (const auto logon = (*client)->Logon(credentials); !logon) {
    return std::unexpected(logon.error());
  }
  CommandBuilder commands;
  if (Status sent = (*client)->Send(commands.Subscribe(kSymbol, kDepthKind)); !sent.ok()) {
    return std::unexpected(sent);
  }
  return std::unique_ptr<DepthListener>(new DepthListener(std::move(*client)));
}

DepthListener::DepthListener(std::unique_ptr<SbeClient> client)
    : client_(std::move(client)), thread_([this] { Run(); }) {}

DepthListener::~DepthListener() {
  stopping_.store(true);
  thread_.join();
}

void DepthListener::Run() {
  const SystemClock clock;
  std::int64_t last_ns = 0;
  std::uint64_t last_update = 0;
  while (!stopping_.load()) {
    const auto message = client_->Receive(20);
    if (!message) {
      if (message.error().code() != StatusCode::kUnavailable) {
        return;
      }
      continue;
    }
    auto update = As<sbe::DepthUpdate>(*message);
    if (!update) {
      continue;
    }
    const std::int64_t now_ns = clock.MonotonicNs();
    if (last_ns != 0) {
      longest_ns_.store(std::max(longest_ns_.load(), now_ns - last_ns));
    }
    if (update->snapshot() == 0 && last_update != 0 && update->firstUpdateId() != last_update + 1) {
      has_gap_.store(true);
    }
    last_update = update->lastUpdateId();
    last_ns = now_ns;
    messages_.fetch_add(1);
  }
}

}  // namespace lockstep
