// Questions to the engine itself, answered from the applied state: balances, one open order, an
// account.
//
// Threads: the trading loop alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/strong_id.h"
#include "gateway/binance/order_request.h"
#include "gateway/egress_publisher.h"
#include "gateway/gateway_counters.h"
#include "gateway/ingress_adapter.h"
#include "history/history.h"
#include "lockstep_sbe/AccountStatus.h"
#include "lockstep_sbe/RejectReason.h"

namespace lockstep {

struct BalanceOfAsset {
  AssetId asset;
  std::int64_t free = 0;
  std::int64_t locked = 0;
};

struct QueryAnswer {
  std::vector<BalanceOfAsset> balances;  // those that are not 0, by asset
  std::optional<StoredOrder> order;
  sbe::AccountStatus::Value account_status = sbe::AccountStatus::NONE;
  std::uint32_t rows = 0;
  bool more = false;  // there are more rows than an answer takes
  sbe::RejectReason::Value reason = sbe::RejectReason::NONE;
  std::int64_t time_ns = 0;
};

class EngineQueries final : public EgressSession {
 public:
  using Done = std::function<void(const QueryAnswer&)>;

  EngineQueries(SessionId session, IngressAdapter& ingress, EgressPublisher& egress,
                GatewayCounters& counters);
  ~EngineQueries() override;
  EngineQueries(const EngineQueries&) = delete;
  EngineQueries& operator=(const EngineQueries&) = delete;

  // False: the engine is too far behind; `done` will not be called.
  [[nodiscard]] bool AskBalances(AccountId account, std::int64_t received_ns, Done done);
  [[nodiscard]] bool AskOrder(AccountId account, SymbolId symbol, const OrderName& order,
                              std::int64_t received_ns, Done done);
  // Sets `account_status`.
  [[nodiscard]] bool AskAccount(AccountId account, std::int64_t received_ns, Done done);
  // Sets `rows` and `more`: how many orders of the account are open, on all symbols.
  [[nodiscard]] bool AskOpenOrderCount(AccountId account, std::int64_t received_ns, Done done);

  [[nodiscard]] std::size_t in_flight() const { return asked_.size(); }

  void OnPrivateEvent(const PrivateEvent& event) override;
  void FlushEvents() override;

 private:
  static constexpr std::size_t kMaxInFlight = 4'096;
  struct Asked {
    QueryAnswer answer;
    Done done;
  };
  [[nodiscard]] bool Ask(AccountId account, CommandBytes query, std::int64_t received_ns,
                         Done done);

  SessionId session_;
  IngressAdapter& ingress_;
  EgressPublisher& egress_;
  GatewayCounters& counters_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Asked> asked_;
  std::vector<Asked> complete_;
};

}  // namespace lockstep
