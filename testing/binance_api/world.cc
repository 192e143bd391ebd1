#include "testing/binance_api/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <span>

#include "auth/hex.h"
#include "auth/hmac.h"
#include "base/limits.h"
#include "lockstep_sbe/LeadershipTerm.h"
#include "protocol/commands.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

constexpr std::uint64_t kMaker = 1;
constexpr std::uint64_t kTaker = 2;
constexpr std::uint64_t kOperator = 9;

class TestRequest final : public HttpRequest {
 public:
  struct Fields {
    HttpMethod method = HttpMethod::kGet;
    std::string_view path;
    std::string_view query;
    std::string_view body;
    std::string_view api_key;
    std::string_view time_unit;
    std::int64_t received_ns = 0;
  };
  explicit TestRequest(const Fields& fields) : fields_(fields) {}

  [[nodiscard]] HttpMethod method() const override { return fields_.method; }
  [[nodiscard]] std::string_view path() const override { return fields_.path; }
  [[nodiscard]] std::string_view query() const override { return fields_.query; }
  [[nodiscard]] std::string_view body() const override { return fields_.body; }
  [[nodiscard]] std::string_view Header(std::string_view name) const override {
    if (name == "X-MBX-APIKEY") {
      return fields_.api_key;
    }
    return name == "X-MBX-TIME-UNIT" ? fields_.time_unit : std::string_view();
  }
  [[nodiscard]] std::string_view peer_address() const override { return "10.0.0.1"; }
  [[nodiscard]] std::int64_t received_ns() const override { return fields_.received_ns; }

 private:
  Fields fields_;
};

class TestResponder final : public HttpResponder {
 public:
  explicit TestResponder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  void Send(HttpReply reply) override {
    EXPECT_EQ(answer_->status, 0U) << "answered twice";
    answer_->status = reply.status;
    answer_->body = std::move(reply.body);
    for (auto& [name, value] : reply.headers) {
      answer_->headers.emplace_back(name, std::move(value));
    }
  }

 private:
  std::shared_ptr<Answer> answer_;
};

std::string Signature(std::string_view text, const TestKey& key) {
  const HmacSha256Key hmac(std::as_bytes(std::span(key.secret)));
  return HexEncode(hmac.Sign({std::as_bytes(std::span(text))}));
}

bool InQuery(HttpMethod method) {
  return method == HttpMethod::kGet || method == HttpMethod::kDelete;
}

}  // namespace

void FixedKeys::Add(const TestKey& key, AccountId account, std::uint32_t permissions,
                    bool enabled) {
  ++generation_;
  std::erase_if(keys_, [&](const auto& entry) { return entry.first == key.api_key; });
  keys_.emplace_back(key.api_key,
                     std::make_shared<KeyRecord>(account, permissions, enabled, key.secret));
}

std::shared_ptr<const KeyRecord> FixedKeys::Find(std::string_view api_key) const {
  for (const auto& [name, record] : keys_) {
    if (name == api_key) {
      return record;
    }
  }
  return nullptr;
}

void EchoFeed::Ask(MarketQuery query, std::function<void(std::string)> answer) {
  std::string text = "{\"kind\":" + std::to_string(static_cast<int>(query.kind)) + ",\"symbols\":[";
  for (const SymbolId symbol : query.symbols) {
    text += (text.back() == '[' ? "" : ",") + std::to_string(symbol.value());
  }
  text += "],\"array\":" + std::to_string(query.as_array ? 1 : 0) +
          ",\"limit\":" + std::to_string(query.limit) + "}";
  answer(text);
}

std::string Answer::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

std::string TestSocket::Take() {
  if (texts.empty()) {
    return {};
  }
  std::string text = std::move(texts.front());
  texts.pop_front();
  return text;
}

World::World(const BinanceGatewayConfig& config, std::string audit_directory,
             ClusterMembership* cluster)
    : config_(config),
      cluster_(cluster),
      audit_directory_(std::move(audit_directory)),
      command_ring_(std::size_t{1} << 16U),
      query_ring_(std::size_t{1} << 16U),
      events_(std::size_t{1} << 20U, INT64_MAX, [] {}),
      engine_(EngineLimits::ForTests(), events_),
      driver_(engine_, events_, clock),
      history_(events_.Attach()),
      gateway_reader_(events_.Attach()) {
  constexpr std::uint32_t kTrader = kPermissionRead | kPermissionTrade;
  keys.Add(maker, AccountId(kMaker), kTrader);
  keys.Add(taker, AccountId(kTaker), kTrader);
  keys.Add(reader_only, AccountId(kTaker), kPermissionRead);
  keys.Add(disabled, AccountId(kTaker), kTrader, false);
  keys.Add(admin, AccountId(kOperator), kPermissionRead | kPermissionAdmin);
  if (audit_directory_.empty()) {
    std::string path = (std::filesystem::temp_directory_path() / "world-XXXXXX").string();
    own_directory_ = audit_directory_ = mkdtemp(path.data());
  }
  MakeGateway();
  driver_.OnLeadership(1, 0);
  Apply(commands.CreateAsset(1, "USDT", 8));
  Apply(commands.CreateAsset(2, "BTC", 8));
  Apply(commands.CreateSymbol({.symbol = 1,
                               .name = "BTCUSDT",
                               .base_asset = 2,
                               .quote_asset = 1,
                               .price_scale = 2,
                               .quantity_scale = 5,
                               .maker_fee_ppm = 1'000,
                               .taker_fee_ppm = 1'000,
                               .min_notional = 500'000'000}));
  std::uint64_t number = 0;
  for (const std::uint64_t account : {kMaker, kTaker}) {
    Apply(commands.CreateAccount(account));
    Apply(commands.Deposit(account, 1, 100'000'000'000'000, 1, ++number));
    Apply(commands.Deposit(account, 2, 10'000'000'000, 1, ++number));
  }
}

World::~World() {
  EndGateway();
  if (!own_directory_.empty()) {
    std::filesystem::remove_all(own_directory_);
  }
}

// What the audit log still has to say is posted to a loop that must be there.
void World::EndGateway() {
  audit.reset();
  admin_gateway.reset();
  gateway.reset();
}

void World::MakeGateway() {
  EndGateway();
  trading_ = std::make_unique<IoThread>();
  gateway = std::make_unique<BinanceGateway>(
      config_, BinanceGateway::Surroundings{
                   .clock = clock,
                   .keys = keys,
                   .commands = command_ring_,
                   .queries = query_ring_,
                   .reader = gateway_reader_,
                   .feed = feed_,
                   .history = history_,
                   .trading = *trading_,
                   .cluster = cluster_,
                   .engine_position = [this] { return driver_.applied_position(); }});
  auto opened = AuditLog::Open(audit_directory_ + "/audit.log", clock);
  ASSERT_TRUE(opened) << opened.error().message();
  audit = std::move(*opened);
  admin_gateway =
      std::make_unique<AdminGateway>(AdminGateway::Surroundings{.clock = clock,
                                                                .keys = keys,
                                                                .audit = *audit,
                                                                .shared = gateway->shared(),
                                                                .trading = *trading_});
}

void World::RestartGateway() {
  MakeGateway();
  // What the replay of the log would bring: the definitions, here asked for.
  engine_.Query(commands.Query(QueryKind::kReference));
  events_.Publish();
  Run();
}

void World::Apply(std::span<const std::byte> command, std::uint64_t account) {
  std::array<std::byte, limits::kMaxBatchBytes> buffer{};
  EntryBuilder builder(buffer.data(), buffer.size());
  builder.Begin(1, 1, static_cast<std::uint64_t>(position_ + 1));
  if (account != 0) {
    Decode<sbe::NewOrder>(command).header().account(account);
  }
  ASSERT_TRUE(builder.Add(command));
  ++position_;
  driver_.Apply(position_, clock.WallNs(), builder.Finish());
  Run();
}

std::size_t World::ApplyWithoutRunning() {
  std::vector<std::vector<std::byte>> taken;
  command_ring_.Read(
      [&](std::span<const std::byte> message) {
        taken.emplace_back(message.begin(), message.end());
        return true;
      },
      SIZE_MAX);
  for (const auto& message : taken) {
    std::array<std::byte, limits::kMaxBatchBytes> buffer{};
    EntryBuilder builder(buffer.data(), buffer.size());
    builder.Begin(1, 1, static_cast<std::uint64_t>(position_ + 1));
    EXPECT_TRUE(builder.Add(message));
    ++position_;
    driver_.Apply(position_, clock.WallNs(), builder.Finish());
  }
  return taken.size();
}

bool World::Step() {
  const std::size_t taken = hold_ ? 0 : ApplyWithoutRunning();
  const std::size_t queries = query_ring_.Read(
      [&](std::span<const std::byte> message) {
        engine_.Query(message);
        events_.Publish();
        return true;
      },
      SIZE_MAX);
  const bool any_events = history_.Poll();
  trading_->context().restart();
  const std::size_t handlers = trading_->context().poll();
  return taken != 0 || queries != 0 || any_events || handlers != 0;
}

std::size_t World::DropCommands() {
  return command_ring_.Read([](std::span<const std::byte>) { return true; }, SIZE_MAX);
}

void World::BeginTerm(std::int64_t term, std::uint64_t ended_tenure, std::int32_t leader) {
  std::byte* at = events_.Claim(limits::kMaxEventBytes);
  auto event = Encode<sbe::LeadershipTerm>(at, limits::kMaxEventBytes);
  event.position(position_).term(term).endedTenure(ended_tenure).leader(leader).reserved(0);
  events_.Commit(kMessageHeaderBytes + event.encodedLength());
  events_.Publish();
  Run();
}

void World::Run() {
  while (Step()) {
  }
}

// The timers of the loop are never far, so the wait for the audit log's writer has an end.
void World::RunUntilAnswered(const Answer& answer) {
  for (int i = 0; i < 10'000 && answer.status == 0; ++i) {
    WaitForTimer();
    Run();
  }
}

std::vector<std::string> World::AuditLines() {
  std::promise<std::vector<std::string>> read;
  audit->Read(1, SIZE_MAX, [&](const Result<std::vector<std::string>>& lines) {
    read.set_value(lines.value_or(std::vector<std::string>{}));
  });
  return read.get_future().get();
}

void World::WaitForTimer() {
  trading_->context().restart();
  trading_->context().run_one();
}

std::string World::Sign(const std::string& query, const TestKey& key) const {
  return SignAt(clock.WallNs() / 1'000'000, query, key);
}

std::string World::SignAt(std::int64_t timestamp, const std::string& query, const TestKey& key) {
  const std::string text =
      query + (query.empty() ? "" : "&") + "timestamp=" + std::to_string(timestamp);
  return text + "&signature=" + Signature(text, key);
}

Answer World::Signed(HttpMethod method, std::string_view path, const std::string& query,
                     const TestKey& key) {
  const std::string text = Sign(query, key);
  return InQuery(method) ? Send(method, path, text, {}, key.api_key)
                         : Send(method, path, {}, text, key.api_key);
}

std::shared_ptr<Answer> World::Start(HttpMethod method, std::string_view path,
                                     std::string_view query, std::string_view body,
                                     std::string_view api_key, std::string_view time_unit) {
  auto answer = std::make_shared<Answer>();
  const TestRequest request({.method = method,
                             .path = path,
                             .query = query,
                             .body = body,
                             .api_key = api_key,
                             .time_unit = time_unit,
                             .received_ns = clock.WallNs()});
  HttpHandler& handler = path.starts_with("/admin") ? admin_gateway->handler() : gateway->rest();
  handler.Handle(request, std::make_shared<TestResponder>(answer));
  return answer;
}

Answer World::Send(HttpMethod method, std::string_view path, std::string_view query,
                   std::string_view body, std::string_view api_key, std::string_view time_unit) {
  const auto answer = Start(method, path, query, body, api_key, time_unit);
  Run();
  if (path.starts_with("/admin")) {
    RunUntilAnswered(*answer);
  }
  return *answer;
}

std::unique_ptr<TestSocket> World::Connect(std::string_view query) {
  auto socket = std::make_unique<TestSocket>();
  const TestRequest request({.method = HttpMethod::kGet,
                             .path = "/ws-api/v3",
                             .query = query,
                             .body = {},
                             .api_key = {},
                             .time_unit = {},
                             .received_ns = clock.WallNs()});
  socket->session = gateway->websocket_api().Open(request, *socket);
  return socket;
}

void World::Say(TestSocket& socket, const std::string& text) {
  socket.session->OnText(text, clock.WallNs());
  Run();
}

std::string World::SignedParams(std::vector<std::pair<std::string, std::string>> members,
                                const TestKey& key) const {
  members.emplace_back("apiKey", '"' + key.api_key + '"');
  members.emplace_back("timestamp", std::to_string(clock.WallNs() / 1'000'000));
  std::ranges::sort(members);
  std::string payload;
  std::string json = "{";
  for (const auto& [name, value] : members) {
    const bool quoted = value.starts_with('"');
    payload += (payload.empty() ? "" : "&") + name + "=" +
               (quoted ? value.substr(1, value.size() - 2) : value);
    json += '"' + name + "\":" + value + ',';
  }
  return json + "\"signature\":\"" + Signature(payload, key) + "\"}";
}

}  // namespace lockstep
