// A whole exchange in one process: every thread and every ring of it. With the journal it is alone;
// with Aeron in the journal's place it is one node of a cluster, and otherwise the same.
//
//   gateway I/O thread ─ commands ─► IngressRing ─► sequencer thread ─ journal ─► engine thread ─►
//   EventRing ─► gateway I/O thread
//          └────────── queries ──► IngressRing ──────────────────────────────────►┘ └────► events
//          router's thread, and to history's two threads
//   plus the trading loop (HTTP), the stream loop (WebSockets with market data), the audit log's
//   writer, and the caller's thread, which watches over the storage.
//
// Threads: one, the one that started it; Health() any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/cluster_node.h"
#include "apps/exchange_config.h"
#include "audit/audit_log.h"
#include "auth/embedded_key_store.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "base/leadership.h"
#include "base/status.h"
#include "engine/matching_engine.h"
#include "gateway/admin/admin_gateway.h"
#include "gateway/admin/cluster_handler.h"
#include "gateway/binance/binance_gateway.h"
#include "gateway/cluster_membership.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/metrics.h"
#include "gateway/http/web_server.h"
#include "gateway/sbe/sbe_server.h"
#include "gateway/streams/stream_sessions.h"
#include "history/history_recorder.h"
#include "market_data/events_router.h"
#include "market_data/streams/stream_publisher.h"
#include "sequencer/aeron/aeron_sequencer.h"
#include "sequencer/batcher.h"
#include "sequencer/engine_thread.h"
#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/sequencer_thread.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {

class ExchangeProcess {
 public:
  // Everything up and recovered, in order; on an error what had been started is ended again. The
  // errors are those of the parts: kInvalidArgument (settings), kIoError, kCorruption (the log),
  // kAlreadyExists (another process has the directory).
  [[nodiscard]] static Result<std::unique_ptr<ExchangeProcess>> Start(const ExchangeConfig& config);
  // Ends everything; see Stop.
  ~ExchangeProcess();
  ExchangeProcess(const ExchangeProcess&) = delete;
  ExchangeProcess& operator=(const ExchangeProcess&) = delete;

  // What an operator wants to see once it serves; begins with "ready".
  [[nodiscard]] std::string ReadyLine() const;

  // Passes the state of the storage on to the gateway; call it a few times a second.
  void Watch();

  // The owner is to stop it, and start it again: an operator has asked a leader to step down.
  [[nodiscard]] bool WantsRestart() const {
    return cluster_ != nullptr && cluster_->wants_restart();
  }

  // Answers what is in flight, makes it durable, ends the threads. Idempotent. False: something in
  // flight could not be answered.
  bool Stop();

 private:
  enum class Phase : std::uint8_t { kStarting, kServing, kStopping };

  explicit ExchangeProcess(const ExchangeConfig& config, std::unique_ptr<EmbeddedKeyStore> keys,
                           std::unique_ptr<AuditLog> audit, const SbeServerConfig& sbe_config,
                           const JournalOptions& journal);
  [[nodiscard]] std::unique_ptr<Sequencer> MakeSequencer(const JournalOptions& journal);
  [[nodiscard]] AeronOptions ClusterOptions() const;
  [[nodiscard]] bool IsInCluster() const { return !config_.members.empty(); }
  [[nodiscard]] std::uint16_t node() const;
  [[nodiscard]] Status Recover();
  void SetUpMarketOnce();
  [[nodiscard]] Status OpenHistory();
  [[nodiscard]] Status Run(const WebServerOptions& web_options);
  [[nodiscard]] Status ApplyDevSetup();
  void MakeBinanceGateway();
  void MakeAdminGateway();
  void MakeClusterNode();
  // Which paths of the HTTP port lead where.
  [[nodiscard]] std::vector<WebRoute> WebRoutes();
  void AnswerQuery(std::span<const std::byte> query);
  [[nodiscard]] std::optional<std::string> Health() const;
  [[nodiscard]] std::optional<std::string> WhyNotLeading() const;
  // What the engine has applied, for gateways in a cluster; null: the node is alone.
  [[nodiscard]] std::function<std::int64_t()> EnginePosition();

  const ExchangeConfig config_;
  SystemClock clock_;
  std::atomic<Phase> phase_{Phase::kStarting};
  bool storage_refused_ = false;
  bool market_set_up_ = false;
  bool stopped_ = false;
  // Of this life of the process.
  const std::uint64_t boot_id_ = static_cast<std::uint64_t>(clock_.WallNs());
  Leadership leadership_;
  std::unique_ptr<ClusterMembership> membership_;  // null: the node is alone
  // In the order in which events and commands pass through them; destroyed the other way round.
  EventRing events_;
  EventRing::Reader& gateway_reader_;
  EventRing::Reader& router_reader_;
  EventRing::Reader& history_reader_;
  EventRing::Reader& trading_reader_;
  IngressRing commands_;
  IngressRing queries_;
  MatchingEngine engine_;
  StateMachineDriver driver_;
  std::unique_ptr<HistoryRecorder> history_;  // before the log, which asks it before it forgets
  JournalSequencer* journal_ = nullptr;       // which of the two it is
  AeronSequencer* aeron_ = nullptr;
  std::unique_ptr<Sequencer> sequencer_;
  Batcher batcher_;
  std::unique_ptr<EmbeddedKeyStore> keys_;
  std::unique_ptr<AuditLog> audit_;
  StreamPublisher streams_;
  EventsRouter router_;
  SbeServer sbe_;
  SequencerThread sequencer_thread_;
  EngineThread engine_thread_;
  Metrics metrics_;
  IoThread trading_loop_{"trading"};
  IoThread stream_loop_{"streams"};
  std::unique_ptr<BinanceGateway> binance_;
  std::unique_ptr<AdminGateway> admin_;
  std::unique_ptr<ClusterNode> cluster_;  // null: alone
  std::unique_ptr<ClusterHandler> cluster_handler_;
  StreamSessions stream_sessions_;
  std::unique_ptr<WebServer> web_;
};

}  // namespace lockstep
