#include "apps/exchange_process.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <time.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "apps/exchange_config.h"
#include "apps/exchange_dev.h"
#include "apps/exchange_metrics.h"
#include "apps/gateway_metrics.h"
#include "apps/market_seed_of_history.h"
#include "apps/member_addresses.h"
#include "apps/web_metrics.h"
#include "auth/embedded_key_store.h"
#include "base/limits.h"
#include "base/posix_file.h"
#include "base/status.h"
#include "base/thread_kind.h"
#include "gateway/http/route_table.h"
#include "gateway/http/web_server.h"
#include "gateway/sbe/sbe_server.h"
#include "sequencer/aeron/aeron_jars.h"
#include "sequencer/journal/journal_options.h"

namespace lockstep {
namespace {

constexpr std::int64_t kMillisecondNs = 1'000'000;
// Longer than anything in flight can take on a disk that works.
constexpr std::int64_t kDrainNs = 10'000 * kMillisecondNs;
// Of a sequencer's thread that nobody but its ring has work for.
constexpr std::int64_t kIdleNs = 20 * kMillisecondNs;
constexpr std::int64_t kDevSetupNs = 60'000 * kMillisecondNs;

// A reader of the events that holds the market up this long is stuck for good: better a restart
// than a market that lies.
void StopOnStall() {
  std::fputs("a reader of the event ring stands still: stopping\n", stderr);
  std::_Exit(3);
}

// As commands and replies say it: from 1 on, since 0 is nobody.
std::uint16_t NodeOf(const ExchangeConfig& config) {
  return config.members.empty() ? 1 : static_cast<std::uint16_t>(config.member + 1);
}

std::string KeyDirectoryOf(const ExchangeConfig& config) {
  return config.key_directory.empty() ? config.data_directory : config.key_directory;
}

// Nodes of one machine may share the directory: the first makes the keys, the others read them.
Result<std::unique_ptr<EmbeddedKeyStore>> OpenKeys(const ExchangeConfig& config) {
  const std::string directory = KeyDirectoryOf(config);
  if (Status made = MakeDirectories(directory); !made.ok()) {
    return std::unexpected(made);
  }
  const std::string path = directory + "/keys.lock";
  const auto lock = OpenFile(path, O_RDWR | O_CREAT);
  if (!lock) {
    return std::unexpected(lock.error());
  }
  if (flock(lock->get(), LOCK_EX) != 0) {
    return std::unexpected(IoError(path, "flock", errno));
  }
  auto keys = EmbeddedKeyStore::Open(directory);
  if (keys && config.dev) {
    if (Status made = EnsureDevKeys(**keys, directory + "/dev-keys.json"); !made.ok()) {
      return std::unexpected(made);
    }
  }
  return keys;
}

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

Result<HostPort> ParseAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  HostPort result;
  if (colon != std::string::npos) {
    result.host = text.substr(0, colon);
    const char* begin = text.data() + colon + 1;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, result.port);
    if (error == std::errc() && stop == end && !result.host.empty()) {
      return result;
    }
  }
  return Error(StatusCode::kInvalidArgument, "'" + text + "' is not address:port");
}

}  // namespace

ExchangeProcess::ExchangeProcess(const ExchangeConfig& config,
                                 std::unique_ptr<EmbeddedKeyStore> keys,
                                 std::unique_ptr<AuditLog> audit, const SbeServerConfig& sbe_config,
                                 const JournalOptions& journal)
    : config_(config),
      membership_(IsInCluster()
                      ? std::make_unique<ClusterMembership>(
                            leadership_,
                            ReadMemberAddresses(config.members).value_or(ClusterAddresses()),
                            config.member)
                      : nullptr),
      events_(config.event_ring_bytes, config.event_stall_limit_ns, StopOnStall),
      gateway_reader_(events_.Attach()),
      router_reader_(events_.Attach()),
      history_reader_(events_.Attach()),
      trading_reader_(events_.Attach()),
      commands_(config.ingress_ring_bytes),
      queries_(config.query_ring_bytes),
      engine_(config.engine, events_),
      driver_(engine_, events_, clock_,
              {.node = node(),
               .boot_id = boot_id_,
               .leadership = &leadership_,
               .replayed_up_to = IsInCluster() ? 0 : -1}),
      sequencer_(MakeSequencer(journal)),
      batcher_({.origin_node = node(),
                .boot_id = boot_id_,
                .batch_limit_bytes =
                    IsInCluster() ? config_.aeron.mtu - kAeronHeaderBytes : limits::kMaxBatchBytes,
                .tick_interval_ns = IsInCluster() ? config_.tick_interval_ns : 0,
                .lease_ns = config_.aeron.timeouts.heartbeat_timeout_ns -
                            2 * config_.aeron.timeouts.heartbeat_interval_ns,
                .leadership = &leadership_},
               commands_, *sequencer_, driver_, clock_),
      keys_(std::move(keys)),
      audit_(std::move(audit)),
      streams_(clock_, router_reader_.waker()),
      router_(router_reader_, &streams_),
      sbe_(sbe_config, clock_, *keys_, commands_, queries_, gateway_reader_, &router_, audit_.get(),
           membership_.get()),
      sequencer_thread_({.kind = IsInCluster() ? ThreadKind::kUrgent : ThreadKind::kPrompt,
                         .idle_ns = IsInCluster() ? config_.aeron.idle_ns : kIdleNs},
                        batcher_, *sequencer_, commands_, clock_),
      engine_thread_(
          config.engine_thread, *sequencer_, driver_, queries_,
          [this](std::span<const std::byte> query) { AnswerQuery(query); }, clock_),
      stream_sessions_(stream_loop_, &streams_) {}

ExchangeProcess::~ExchangeProcess() { Stop(); }

std::uint16_t ExchangeProcess::node() const { return NodeOf(config_); }

AeronOptions ExchangeProcess::ClusterOptions() const {
  AeronOptions options = config_.aeron;
  options.member = config_.member;
  for (const ClusterMember& member : config_.members) {
    options.members.push_back({.id = member.id, .host = member.host, .base_port = member.port});
  }
  options.directory = config_.data_directory;
  options.snapshot_log_bytes = config_.engine_thread.snapshot_log_bytes;
  options.snapshot_interval_ns = config_.engine_thread.snapshot_interval_ns;
  options.java.jars = AeronJars();
  options.clock = &clock_;
  return options;
}

std::unique_ptr<Sequencer> ExchangeProcess::MakeSequencer(const JournalOptions& journal) {
  const auto gate = [this](std::int64_t position) { return history_->MakeDurable(position); };
  if (IsInCluster()) {
    AeronOptions options = ClusterOptions();
    options.snapshot_gate = gate;
    options.await_admission = [this](std::int64_t recorded) {
      return cluster_->AwaitAdmission(recorded);
    };
    auto aeron = std::make_unique<AeronSequencer>(std::move(options), leadership_,
                                                  [this] { driver_.OnIngressClosed(); });
    aeron->SetSequencerWaker(commands_.waker());
    aeron_ = aeron.get();
    return aeron;
  }
  JournalOptions options = journal;
  options.clock = &clock_;
  options.snapshot_gate = gate;
  auto alone = std::make_unique<JournalSequencer>(std::move(options));
  journal_ = alone.get();
  Leadership::MakeSole(leadership_, node());
  return alone;
}

Result<std::unique_ptr<ExchangeProcess>> ExchangeProcess::Start(const ExchangeConfig& config) {
  const auto sbe_address = ParseAddress(config.sbe_address);
  if (!sbe_address) {
    return std::unexpected(sbe_address.error());
  }
  const auto http_address = ParseAddress(config.http_address);
  if (!http_address) {
    return std::unexpected(http_address.error());
  }
  if (const auto members = ReadMemberAddresses(config.members); !members) {
    return std::unexpected(members.error());
  }
  // Keys and balances must not end up in a core file.
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::error_code error;
  std::filesystem::create_directories(config.data_directory, error);
  if (error) {
    return Error(StatusCode::kIoError, config.data_directory + ": " + error.message());
  }
  auto keys = OpenKeys(config);
  if (!keys) {
    return std::unexpected(keys.error());
  }
  static const SystemClock audit_clock;  // the process's own is not made yet
  auto audit = AuditLog::Open(config.data_directory + "/audit.log", audit_clock);
  if (!audit) {
    return std::unexpected(audit.error());
  }
  if (const std::string& torn = (*audit)->torn_tail(); !torn.empty()) {
    std::fprintf(stderr, "audit: %s\n", torn.c_str());
  }
  SbeServerConfig sbe_config;
  sbe_config.address = sbe_address->host;
  sbe_config.port = sbe_address->port;
  sbe_config.node = NodeId(NodeOf(config));
  JournalOptions journal = config.journal;
  journal.directory = config.data_directory;
  WebServerOptions web_options;
  web_options.address = http_address->host;
  web_options.port = http_address->port;
  std::unique_ptr<ExchangeProcess> process(
      new ExchangeProcess(config, std::move(*keys), std::move(*audit), sbe_config, journal));
  Status status = process->OpenHistory();
  if (status.ok()) {
    status = process->Run(web_options);
  }
  if (!status.ok()) {
    return std::unexpected(status);
  }
  return process;
}

Status ExchangeProcess::OpenHistory() {
  HistoryOptions options;
  options.directory = config_.data_directory + "/history";
  auto history = HistoryRecorder::Open(options, history_reader_);
  if (!history) {
    return history.error();
  }
  history_ = std::move(*history);
  auto seed = ReadMarketSeed(*history_);
  if (!seed) {
    return seed.error();
  }
  streams_.Seed(std::move(*seed));
  return Status::Ok();
}

void ExchangeProcess::MakeBinanceGateway() {
  BinanceGatewayConfig config;
  config.node = NodeId(node());
  config.rate_limits = config_.rate_limits;
  binance_ = std::make_unique<BinanceGateway>(config, BinanceGateway::Surroundings{
                                                          .clock = clock_,
                                                          .keys = *keys_,
                                                          .commands = commands_,
                                                          .queries = queries_,
                                                          .reader = trading_reader_,
                                                          .feed = streams_,
                                                          .history = *history_,
                                                          .trading = trading_loop_,
                                                          .cluster = membership_.get(),
                                                          .engine_position = EnginePosition(),
                                                      });
}

void ExchangeProcess::MakeAdminGateway() {
  admin_ = std::make_unique<AdminGateway>(AdminGateway::Surroundings{.clock = clock_,
                                                                     .keys = *keys_,
                                                                     .audit = *audit_,
                                                                     .shared = binance_->shared(),
                                                                     .trading = trading_loop_});
}

void ExchangeProcess::MakeClusterNode() {
  if (!IsInCluster()) {
    return;
  }
  cluster_ = std::make_unique<ClusterNode>(ClusterNode::Parts{.config = config_,
                                                              .clock = clock_,
                                                              .leadership = leadership_,
                                                              .driver = driver_,
                                                              .sequencer = *aeron_});
  cluster_handler_ =
      std::make_unique<ClusterHandler>(ClusterHandler::Surroundings{.clock = clock_,
                                                                    .keys = *keys_,
                                                                    .audit = *audit_,
                                                                    .trading = trading_loop_,
                                                                    .control = *cluster_});
}

Status ExchangeProcess::Run(const WebServerOptions& web_options) {
  AddExchangeMetrics(metrics_, {.clock = clock_,
                                .commands = commands_,
                                .gateway_reader = gateway_reader_,
                                .sequencer = *sequencer_,
                                .journal = journal_,
                                .batcher = batcher_,
                                .driver = driver_,
                                .engine_thread = engine_thread_,
                                .router = router_,
                                .history = *history_,
                                .gateway = sbe_.counters()});
  MakeBinanceGateway();
  MakeAdminGateway();
  MakeClusterNode();
  AddBinanceMetrics(metrics_, binance_->counters());
  AddAdminMetrics(metrics_, admin_->counters(), *audit_);
  if (membership_ != nullptr) {
    stream_sessions_.FollowLeader(*membership_, clock_);
    AddClusterMetrics(metrics_, {.cluster = *membership_,
                                 .clock = clock_,
                                 .http = binance_->cluster_counters(),
                                 .sbe = sbe_.cluster_counters()});
  }
  auto web = WebServer::Start(web_options,
                              {.clock = clock_,
                               .trading = trading_loop_,
                               .stream = stream_loop_,
                               .metrics = metrics_,
                               .trouble = [this] { return Health(); },
                               .why_not_leading = [this] { return WhyNotLeading(); }},
                              WebRoutes());
  if (!web) {
    return web.error();
  }
  web_ = std::move(*web);
  AddWebMetrics(metrics_, web_->counters());
  trading_loop_.Start();
  stream_loop_.Start();
  if (cluster_ != nullptr) {
    cluster_->Start();
  }
  // All readers of the events must be there before the log is replayed.
  router_.Start();
  history_->Start();
  sbe_.Start();
  if (Status status = Recover(); !status.ok()) {
    return status;
  }
  engine_thread_.Start();
  sequencer_thread_.Start();
  if (cluster_ != nullptr) {
    cluster_->SetPhase("serving");
  }
  if (config_.dev && !IsInCluster()) {
    if (Status status = ApplyDevSetup(); !status.ok()) {
      return status;
    }
  }
  // A subscription must not come between the events of the replay and their fold.
  while (router_reader_.LagBytes() != 0 || trading_reader_.LagBytes() != 0) {
    const timespec pause = {0, kMillisecondNs};
    nanosleep(&pause, nullptr);
  }
  if (Status status = sbe_.Listen(); !status.ok()) {
    return status;
  }
  phase_.store(Phase::kServing);
  web_->SetServing(true);
  return Status::Ok();
}

Status ExchangeProcess::Recover() {
  // In a cluster the log comes while the node serves: only what history holds of it is known to be
  // of before.
  const std::int64_t held = IsInCluster() ? history_->stored_position() : 0;
  if (IsInCluster()) {
    driver_.SetReplayedUpTo(held);
  }
  if (Status status = sequencer_->Recover(driver_); !status.ok()) {
    return status;
  }
  if (sequencer_->applied_position() >= held) {
    history_->Recovered(sequencer_->applied_position());
  }
  return Status::Ok();
}

std::vector<WebRoute> ExchangeProcess::WebRoutes() {
  // Binance allows five frames a second; clients that subscribe symbol by symbol are not ours to
  // punish.
  constexpr std::uint32_t kStreamRequestsPerSecond = 50;
  std::vector<WebRoute> routes;
  for (const char* path : {"/api", "/sapi", "/fapi", "/dapi"}) {
    routes.push_back({.path = path, .http = &binance_->rest()});
  }
  routes.push_back({.path = "/admin", .http = &admin_->handler()});
  if (cluster_handler_ != nullptr) {
    // Also while the node starts: the others must see that it is there.
    routes.push_back({.path = "/cluster", .http = cluster_handler_.get(), .always_serves = true});
  }
  routes.push_back({.path = "/ws-api", .websocket = &binance_->websocket_api()});
  for (const char* path : {"/ws", "/stream"}) {
    routes.push_back({.path = path,
                      .websocket = &stream_sessions_,
                      .websocket_loop = WebLoopName::kStream,
                      .max_messages_per_second = kStreamRequestsPerSecond});
  }
  return routes;
}

Status ExchangeProcess::ApplyDevSetup() {
  const std::int64_t deadline_ns = clock_.MonotonicNs() + kDevSetupNs;
  const std::uint64_t before = driver_.commands_applied();
  const auto submitted = SubmitDevCommands(
      [this](std::span<const std::byte> command) { return commands_.TryWrite(command); });
  if (!submitted) {
    return submitted.error();
  }
  while (driver_.commands_applied() < before + *submitted) {
    if (sequencer_->storage_failed()) {
      return {StatusCode::kIoError, sequencer_->StorageError()};
    }
    if (clock_.MonotonicNs() > deadline_ns) {
      return {StatusCode::kUnavailable, "the first commands were not applied in time"};
    }
    const timespec pause = {0, kMillisecondNs};
    nanosleep(&pause, nullptr);
  }
  return Status::Ok();
}

// The first leader of a cluster makes the market; the commands say the same each time.
void ExchangeProcess::SetUpMarketOnce() {
  if (!config_.dev || market_set_up_ || leadership_.tenure() == Leadership::kNoTenure) {
    return;
  }
  market_set_up_ = SubmitDevCommands([this](std::span<const std::byte> command) {
                     return commands_.TryWrite(command);
                   }).has_value();
}

void ExchangeProcess::AnswerQuery(std::span<const std::byte> query) {
  engine_.Query(query);
  events_.Publish();
}

std::string ExchangeProcess::ReadyLine() const {
  const auto with_port = [](const std::string& address, std::uint16_t port) {
    return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
  };
  std::string line = "ready http=" + with_port(config_.http_address, web_->port()) +
                     " sbe=" + with_port(config_.sbe_address, sbe_.port()) +
                     " data=" + config_.data_directory +
                     " position=" + std::to_string(driver_.applied_position());
  if (config_.dev) {
    line += " keys=" + KeyDirectoryOf(config_) + "/dev-keys.json";
  }
  return line;
}

void ExchangeProcess::Watch() {
  if (cluster_ != nullptr) {
    SetUpMarketOnce();
    cluster_->Watch();
  }
  const bool failed = sequencer_->storage_failed();
  if (failed == storage_refused_) {
    return;
  }
  storage_refused_ = failed;
  if (failed) {
    const std::string why = sequencer_->StorageError();
    std::fprintf(stderr, "storage: no more commands are taken: %s\n", why.c_str());
    sbe_.SetRefusal(GatewayRefusal::kStorageFailed, why);
    binance_->SetRefusal(TradingRefusal::kStorageFailed);
    admin_->SetRefusal(TradingRefusal::kStorageFailed);
  } else {
    std::fputs("storage: commands are taken again\n", stderr);
    sbe_.SetRefusal(GatewayRefusal::kNone, "");
    binance_->SetRefusal(TradingRefusal::kNone);
    admin_->SetRefusal(TradingRefusal::kNone);
  }
}

std::function<std::int64_t()> ExchangeProcess::EnginePosition() {
  return membership_ == nullptr ? std::function<std::int64_t()>()
                                : [this] { return driver_.applied_position(); };
}

std::optional<std::string> ExchangeProcess::WhyNotLeading() const {
  return membership_ == nullptr ? std::nullopt : membership_->WhyNotLeading(clock_.MonotonicNs());
}

std::optional<std::string> ExchangeProcess::Health() const {
  switch (phase_.load()) {
    case Phase::kStarting:
      return "starting";
    case Phase::kStopping:
      return "stopping";
    case Phase::kServing:
      break;
  }
  if (sequencer_->storage_failed()) {
    return "storage: " + sequencer_->StorageError();
  }
  return std::nullopt;
}

bool ExchangeProcess::Stop() {
  if (std::exchange(stopped_, true)) {
    return true;
  }
  const bool was_serving = phase_.exchange(Phase::kStopping) == Phase::kServing;
  bool drained = true;
  if (cluster_ != nullptr) {
    cluster_->SetPhase("stopping");
    cluster_->Stop();
  }
  if (membership_ != nullptr && membership_->TakesCommands()) {
    sbe_.AnnounceLeader(Leadership::kNoLeader);
    stream_sessions_.AnnounceLeader(Leadership::kNoLeader);
  }
  if (was_serving) {
    const bool acts_answered = admin_->Drain(kDrainNs);
    const bool orders_answered = binance_->Drain(kDrainNs);
    drained = sbe_.Drain(kDrainNs) && orders_answered && acts_answered;
  }
  sequencer_thread_.Stop();
  if (aeron_ != nullptr) {
    aeron_->Stop();
  }
  engine_thread_.Stop();
  router_.Stop();
  if (history_ != nullptr) {
    history_->Stop();
  }
  sbe_.Stop();
  trading_loop_.Stop();
  audit_->Stop();
  stream_loop_.Stop();
  web_.reset();
  return drained;
}

}  // namespace lockstep
