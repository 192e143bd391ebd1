// A gateway between its true borders: real sockets on one side; on the other the two ingress rings
// and the event ring, worked by a stand-in for the engine that numbers and answers as the engine
// does, without a market.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "auth/embedded_key_store.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "gateway/sbe/sbe_server.h"
#include "lockstep_sbe/SessionError.h"
#include "protocol/entry.h"

namespace lockstep {

using Bytes = std::vector<std::byte>;

// Answers NewOrder with a numbered ExecutionReport(NEW), everything else with a CancelAllReport,
// queries with QueryEnd.
class EngineStandIn {
 public:
  EngineStandIn(IngressRing& commands, IngressRing& queries, EventRing& events);
  ~EngineStandIn();
  EngineStandIn(const EngineStandIn&) = delete;
  EngineStandIn& operator=(const EngineStandIn&) = delete;

  // Leaves commands in the ring while true, from when this returns; queries are answered all the
  // same.
  void HoldCommands(bool hold);
  // A log entry with `count` numbered events of the account that no session here has caused.
  void EmitNumbered(AccountId account, int count, bool replaying = false);
  // The numbers of an account go on after this, as after a snapshot.
  void SetPrivateSequence(AccountId account, std::uint64_t sequence);
  // Takes what is in the ring of commands without an answer, as a sequencer that leads no longer;
  // done when this returns.
  void DropCommands();
  // LeadershipTerm behind everything that was answered.
  void BeginTerm(std::int64_t term, std::uint64_t ended_tenure, std::int32_t leader);
  // Waits until `count` commands in all have been taken from the ring; gives them.
  std::vector<Bytes> AwaitCommands(std::size_t count);

 private:
  void Run();
  bool DoWork();
  void Answer(const Bytes& command);
  void AnswerQuery(const Bytes& query);
  void WriteNumbered(AccountId account, const Bytes* cause);
  void EndBatch(bool replaying);

  IngressRing& commands_;
  IngressRing& queries_;
  EventRing& events_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool hold_ = false;   // wanted
  bool holds_ = false;  // by the round that is under way
  std::deque<std::function<void()>> tasks_;
  std::vector<Bytes> seen_;
  std::map<std::uint64_t, std::uint64_t> sequences_;
  std::int64_t position_ = 0;
  std::thread thread_;
};

// A blocking client on 127.0.0.1. Every read ends within 10 s, or the test fails.
class WireClient {
 public:
  explicit WireClient(std::uint16_t port);
  ~WireClient();
  WireClient(WireClient&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  void SendRaw(std::span<const std::byte> bytes);
  void SendMessage(std::span<const std::byte> message);
  // The next message; empty at the end of the stream.
  Bytes Receive();
  // The next message of this template; others in between are dropped. Empty at the end of the
  // stream.
  Bytes ReceiveTemplate(std::uint16_t template_id);
  void Close();
  // Cuts the connection without a FIN handshake's politeness: RST.
  void Reset();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct LogonOptions {
  bool cancel_on_disconnect = false;
  std::optional<std::uint64_t> resend_after = std::nullopt;
  std::int64_t timestamp_offset_ns = 0;
};

class GatewayWorld {
 public:
  explicit GatewayWorld(const GatewayLimits& limits = {}, MarketDataFeed* feed = nullptr,
                        std::size_t ring_bytes = std::size_t{1} << 16U,
                        ClusterMembership* cluster = nullptr);
  ~GatewayWorld();

  WireClient Connect() const { return WireClient(server->port()); }
  // The bytes of a Logon that answers `challenge`.
  Bytes LogonMessage(const Bytes& challenge, const ApiCredentials& who,
                     const LogonOptions& options = {}) const;
  // Connects and logs on; the LogonAck is left to be read.
  WireClient ConnectAndLogon(const ApiCredentials& who, const LogonOptions& options = {}) const;
  // The same, and reads the LogonAck.
  WireClient LoggedOn(const ApiCredentials& who, const LogonOptions& options = {}) const;

  std::string directory;
  SimulatedClock clock{1'700'000'000'000'000'000};
  std::unique_ptr<EmbeddedKeyStore> keys;
  ApiCredentials trader;   // account 1: READ, TRADE
  ApiCredentials other;    // account 2: READ, TRADE
  ApiCredentials watcher;  // account 1: READ
  ApiCredentials admin;    // account 9: all
  IngressRing commands;
  IngressRing queries;
  EventRing events;
  std::unique_ptr<EngineStandIn> engine;
  std::unique_ptr<SbeServer> server;
};

// ---- messages a client sends ----
Bytes NewOrderMessage(std::uint64_t request_low);
Bytes HeartbeatMessage(bool echo);
Bytes LogoutMessage();
Bytes ResendRequestMessage(std::uint64_t from, std::uint64_t to);
Bytes QueryMessage(std::uint64_t request_low);
Bytes SubscribeMessage(std::uint32_t symbol, std::uint8_t kind, bool unsubscribe = false);
Bytes CreateAccountMessage(std::uint64_t account);
Bytes Framed(std::span<const std::byte> message);

// ---- reading what a server sent ----
void ExpectReject(const Bytes& message, sbe::SessionError::Value error, bool closing);
// Skips to the next SessionReject, which must close, and expects the end of the stream behind it.
void ExpectEndAfterReject(WireClient& client, sbe::SessionError::Value error);
std::uint16_t TemplateOf(const Bytes& message);
// 0: not numbered, or no event.
std::uint64_t PrivateSequenceOf(const Bytes& message);

}  // namespace lockstep
