// The gateway of Binance's dialect, and the operators' beside it, between their true borders: the
// matching engine behind the rings, history in memory, an audit log on disk, a feed that answers
// with what it was asked, and requests as a transport would hand them over. All on the test's own
// thread, where nothing happens but by Run(), except for the audit log's writer.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit_log.h"
#include "auth/key_store.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "client/command_builder.h"
#include "engine/matching_engine.h"
#include "gateway/admin/admin_gateway.h"
#include "gateway/binance/binance_gateway.h"
#include "gateway/http/io_thread.h"
#include "sequencer/state_machine_driver.h"
#include "testing/binance_api/memory_history.h"

namespace lockstep {

struct TestKey {
  std::string api_key;
  std::string secret;
};

class FixedKeys final : public KeyStore {
 public:
  void Add(const TestKey& key, AccountId account, std::uint32_t permissions, bool enabled = true);
  [[nodiscard]] std::shared_ptr<const KeyRecord> Find(std::string_view api_key) const override;
  [[nodiscard]] std::uint64_t generation() const override { return generation_; }

 private:
  std::vector<std::pair<std::string, std::shared_ptr<const KeyRecord>>> keys_;
  std::uint64_t generation_ = 1;
};

// Answers with the question.
class EchoFeed final : public StreamFeed {
 public:
  void SubscribeStream(SubscriberId, StreamSink&, std::string) override {}
  void UnsubscribeStream(SubscriberId, StreamSink&, std::string) override {}
  void ForgetStreams(SubscriberId, StreamSink&) override {}
  void Ask(MarketQuery query, std::function<void(std::string)> answer) override;
};

struct Answer {
  unsigned status = 0;  // 0: none came
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  [[nodiscard]] std::string Header(std::string_view name) const;
};

// One socket of the WebSocket API, as a client sees it.
class TestSocket final : public WebSocketChannel {
 public:
  void Send(WebSocketText message) override {
    texts.push_back(std::string(message.prefix) + *message.text + std::string(message.suffix));
  }
  void Close(std::uint16_t code, std::string_view) override { closed_with = code; }
  [[nodiscard]] std::size_t queued_bytes() const override { return 0; }
  [[nodiscard]] std::string_view peer_address() const override { return "10.0.0.2"; }

  // The oldest message not taken yet; empty: none.
  std::string Take();

  std::deque<std::string> texts;
  std::uint16_t closed_with = 0;
  std::unique_ptr<WebSocketSession> session;
};

class World {
 public:
  static constexpr std::int64_t kStartNs = 1'700'000'000'000'000'000;

  // `audit_directory` exists; empty: one of this object's own. `cluster` null: the node is alone.
  explicit World(const BinanceGatewayConfig& config = {}, std::string audit_directory = {},
                 ClusterMembership* cluster = nullptr);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Signs `query` and a timestamp with the key, and sends it: GET and DELETE in the query, POST and
  // PUT in the body. Runs until the answer is there.
  Answer Signed(HttpMethod method, std::string_view path, const std::string& query,
                const TestKey& key);
  // A request as it stands. Runs; one to /admin until it is answered, or forever while commands are
  // held.
  Answer Send(HttpMethod method, std::string_view path, std::string_view query,
              std::string_view body = {}, std::string_view api_key = {},
              std::string_view time_unit = {});
  // The same without running; the answer comes to the place returned.
  std::shared_ptr<Answer> Start(HttpMethod method, std::string_view path, std::string_view query,
                                std::string_view body, std::string_view api_key,
                                std::string_view time_unit = {});
  // query&timestamp=…&signature=…
  std::string Sign(const std::string& query, const TestKey& key) const;
  static std::string SignAt(std::int64_t timestamp, const std::string& query, const TestKey& key);

  std::unique_ptr<TestSocket> Connect(std::string_view query = {});
  // Sends one text and runs.
  void Say(TestSocket& socket, const std::string& text);
  // params of a signed request: `members` (name, JSON value) with apiKey, timestamp and signature.
  std::string SignedParams(std::vector<std::pair<std::string, std::string>> members,
                           const TestKey& key) const;

  // Commands to the engine, its events to all readers, until nothing is left.
  void Run();
  // Runs and waits until this is answered.
  void RunUntilAnswered(const Answer& answer);
  // All lines of the audit log, oldest first.
  std::vector<std::string> AuditLines();
  // … but no command is taken from the ring until this is false again.
  void HoldCommands(bool hold) { hold_ = hold; }
  // What is on the ring of commands will not be logged. Returns how many there were.
  std::size_t DropCommands();
  // What is on the ring of commands is logged, but no loop hears of it yet.
  std::size_t ApplyWithoutRunning();
  // LeadershipTerm behind everything that has been applied.
  void BeginTerm(std::int64_t term, std::uint64_t ended_tenure, std::int32_t leader);
  // Waits until a timer of the loop is due: its timers follow the real clock.
  void WaitForTimer();
  void Apply(std::span<const std::byte> command, std::uint64_t account = 0);
  // From now on history says that its answers lack something.
  void FailHistory() { history_.SetStatus({StatusCode::kUnavailable, "the disk is full"}); }
  // The process dies and starts again: a new gateway, which has no answers any more.
  void RestartGateway();

  TestKey maker{std::string(64, 'm'), "maker-secret"};
  TestKey taker{std::string(64, 't'), "taker-secret"};
  TestKey reader_only{std::string(64, 'r'), "reader-secret"};
  TestKey disabled{std::string(64, 'd'), "disabled-secret"};
  TestKey admin{std::string(64, 'a'), "admin-secret"};
  TestKey unknown{std::string(64, 'u'), "unknown-secret"};

  SimulatedClock clock{kStartNs};
  FixedKeys keys;
  std::unique_ptr<BinanceGateway> gateway;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<AdminGateway> admin_gateway;
  CommandBuilder commands{1};

 private:
  void MakeGateway();
  void EndGateway();
  bool Step();

  BinanceGatewayConfig config_;
  ClusterMembership* cluster_;
  std::string own_directory_;  // removed at the end; empty: none
  std::string audit_directory_;
  IngressRing command_ring_;
  IngressRing query_ring_;
  EventRing events_;
  MatchingEngine engine_;
  StateMachineDriver driver_;
  MemoryHistory history_;
  EchoFeed feed_;
  EventRing::Reader& gateway_reader_;
  std::unique_ptr<IoThread> trading_;  // never started: the test runs its context
  std::int64_t position_ = 0;
  bool hold_ = false;
};

}  // namespace lockstep
