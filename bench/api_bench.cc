#include "bench/api_bench.h"

#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/hex.h"
#include "auth/hmac.h"
#include "auth/key_store.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "base/limits.h"
#include "base/strong_id.h"
#include "client/command_builder.h"
#include "engine/matching_engine.h"
#include "gateway/binance/binance_gateway.h"
#include "gateway/http/io_thread.h"
#include "gateway/http/web_handler.h"
#include "history/history.h"
#include "market_data/feed.h"
#include "market_data/stream_feed.h"
#include "protocol/entry.h"
#include "sequencer/state_machine_driver.h"

namespace lockstep {
namespace {

constexpr int kOrdersAtATime = 512;
constexpr std::string_view kApiKey =
    "benchbenchbenchbenchbenchbenchbenchbenchbenchbenchbenchbenchbenc";
constexpr std::string_view kSecret = "secret";

struct Arguments {
  int rounds = 200;
  double target_us = 10;
  bool json = false;
};

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class OneKey final : public KeyStore {
 public:
  [[nodiscard]] std::shared_ptr<const KeyRecord> Find(std::string_view api_key) const override {
    return api_key == kApiKey ? record_ : nullptr;
  }
  [[nodiscard]] std::uint64_t generation() const override { return 1; }

 private:
  std::shared_ptr<const KeyRecord> record_ =
      std::make_shared<KeyRecord>(AccountId(1), kPermissionRead | kPermissionTrade, true, kSecret);
};

// Never asked here.
class Nothing final : public StreamFeed, public History {
 public:
  void SubscribeStream(SubscriberId, StreamSink&, std::string) override {}
  void UnsubscribeStream(SubscriberId, StreamSink&, std::string) override {}
  void ForgetStreams(SubscriberId, StreamSink&) override {}
  void Ask(MarketQuery, std::function<void(std::string)>) override {}
  void Ask(std::int64_t, std::function<void(const HistoryView&)>) override {}
};

class BodyRequest final : public HttpRequest {
 public:
  BodyRequest(std::string body, std::int64_t received_ns)
      : body_(std::move(body)), received_ns_(received_ns) {}
  [[nodiscard]] HttpMethod method() const override { return HttpMethod::kPost; }
  [[nodiscard]] std::string_view path() const override { return "/api/v3/order"; }
  [[nodiscard]] std::string_view query() const override { return {}; }
  [[nodiscard]] std::string_view body() const override { return body_; }
  [[nodiscard]] std::string_view Header(std::string_view name) const override {
    return name == "X-MBX-APIKEY" ? kApiKey : std::string_view();
  }
  [[nodiscard]] std::string_view peer_address() const override { return "127.0.0.1"; }
  [[nodiscard]] std::int64_t received_ns() const override { return received_ns_; }

 private:
  std::string body_;
  std::int64_t received_ns_;
};

struct Answers {
  std::uint64_t good = 0;
  std::size_t bytes = 0;
};

class CountingResponder final : public HttpResponder {
 public:
  explicit CountingResponder(Answers& answers) : answers_(answers) {}
  void Send(HttpReply reply) override {
    answers_.good += reply.status == 200 ? 1U : 0U;
    answers_.bytes += reply.body.size();
  }

 private:
  Answers& answers_;
};

BinanceGatewayConfig WithoutLimits() {
  BinanceGatewayConfig config;
  config.rate_limits = {.weight_per_minute = 0,
                        .raw_requests_per_5_minutes = 0,
                        .orders_per_10_seconds = 0,
                        .orders_per_day = 0};
  return config;
}

EngineLimits SmallEngine() {
  EngineLimits limits;
  limits.max_accounts = 16;
  limits.max_orders = 1U << 18U;
  limits.max_requests = 1U << 18U;
  return limits;
}

class World {
 public:
  World()
      : commands_(std::size_t{1} << 20U),
        queries_(std::size_t{1} << 16U),
        events_(std::size_t{1} << 22U, INT64_MAX, [] {}),
        engine_(SmallEngine(), events_),
        driver_(engine_, events_, clock_),
        gateway_(WithoutLimits(), {.clock = clock_,
                                   .keys = keys_,
                                   .commands = commands_,
                                   .queries = queries_,
                                   .reader = events_.Attach(),
                                   .feed = nothing_,
                                   .history = nothing_,
                                   .trading = trading_}) {
    driver_.OnLeadership(1, 0);
    CommandBuilder builder = CommandBuilder::WithoutRequestIds();
    Apply(builder.CreateAsset(1, "USDT", 8));
    Apply(builder.CreateAsset(2, "BTC", 8));
    Apply(builder.CreateSymbol({.symbol = 1,
                                .name = "BTCUSDT",
                                .base_asset = 2,
                                .quote_asset = 1,
                                .price_scale = 2,
                                .quantity_scale = 5}));
    Apply(builder.CreateAccount(1));
    Apply(builder.Deposit(1, 1, limits::kMaxAmount / 2, 1, 1));
    RunLoop();
  }

  // Requests of new resting orders, each other bytes.
  std::vector<BodyRequest> MakeRequests() {
    const HmacSha256Key hmac(std::as_bytes(std::span(kSecret)));
    std::vector<BodyRequest> requests;
    for (int i = 0; i < kOrdersAtATime; ++i) {
      ++made_;
      std::string body = fmt::format(
          "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00001&price={}.{:02}&"
          "newClientOrderId=x-{:016}&recvWindow=5000&timestamp={}",
          1 + made_ % 1'000, made_ % 100, made_, clock_.WallNs() / 1'000'000);
      body += "&signature=" + HexEncode(hmac.Sign({std::as_bytes(std::span(body))}));
      requests.emplace_back(std::move(body), clock_.WallNs());
    }
    return requests;
  }

  void Handle(const BodyRequest& request) {
    gateway_.rest().Handle(request, std::make_shared<CountingResponder>(answers_));
  }

  void RunEngine() {
    commands_.Read(
        [this](std::span<const std::byte> command) {
          Apply(command);
          return true;
        },
        SIZE_MAX);
  }

  void RunLoop() {
    trading_.context().restart();
    while (trading_.context().poll() != 0) {
    }
  }

  [[nodiscard]] const Answers& answers() const { return answers_; }

 private:
  void Apply(std::span<const std::byte> command) {
    std::array<std::byte, limits::kMaxBatchBytes> buffer{};
    EntryBuilder builder(buffer.data(), buffer.size());
    builder.Begin(1, 1, static_cast<std::uint64_t>(++position_));
    if (!builder.Add(command)) {
      throw std::runtime_error("a command does not fit an entry");
    }
    driver_.Apply(position_, clock_.WallNs(), builder.Finish());
  }

  SystemClock clock_;
  OneKey keys_;
  Nothing nothing_;
  IoThread trading_;  // its context is run by hand
  IngressRing commands_;
  IngressRing queries_;
  EventRing events_;
  MatchingEngine engine_;
  StateMachineDriver driver_;
  BinanceGateway gateway_;
  Answers answers_;
  std::int64_t position_ = 0;
  std::uint64_t made_ = 0;
};

struct Cost {
  double in_ns = 0;
  double out_ns = 0;
};

// The median of the rounds, for one order.
Cost Measure(int rounds) {
  World world;
  std::vector<double> in;
  std::vector<double> out;
  for (int round = 0; round < rounds; ++round) {
    const std::vector<BodyRequest> requests = world.MakeRequests();
    const double start = CpuSeconds();
    for (const BodyRequest& request : requests) {
      world.Handle(request);
    }
    in.push_back(CpuSeconds() - start);
    world.RunEngine();
    const double answers_start = CpuSeconds();
    world.RunLoop();
    out.push_back(CpuSeconds() - answers_start);
  }
  if (world.answers().good != static_cast<std::uint64_t>(rounds) * kOrdersAtATime) {
    throw std::runtime_error("a good order was refused");
  }
  const auto median_ns = [](std::vector<double>& seconds) {
    std::ranges::sort(seconds);
    return seconds[seconds.size() / 2] * 1e9 / kOrdersAtATime;
  };
  return {.in_ns = median_ns(in), .out_ns = median_ns(out)};
}

int Run(const Arguments& arguments) {
  const Cost cost = Measure(arguments.rounds);
  const double sum_us = (cost.in_ns + cost.out_ns) / 1'000;
  const bool met = sum_us <= arguments.target_us;
  if (arguments.json) {
    fmt::print(
        "{{\"bench\":\"api\",\"rounds\":{},\"orders_at_a_time\":{},\"in_ns\":{:.0f},\"out_ns\":{:."
        "0f},"
        "\"target_us\":{:.1f},\"met\":{}}}\n",
        arguments.rounds, kOrdersAtATime, cost.in_ns, cost.out_ns, arguments.target_us, met);
  } else {
    fmt::print("A signed order in Binance's dialect, CPU time, median of {} rounds of {}\n",
               arguments.rounds, kOrdersAtATime);
    fmt::print("  request bytes to command on the ring   {:8.0f} ns\n", cost.in_ns);
    fmt::print("  events on the ring to answer's text    {:8.0f} ns\n", cost.out_ns);
    fmt::print("  together {:.2f} us (target at most {:.0f} us: {})\n", sum_us, arguments.target_us,
               met ? "met" : "missed");
  }
  return 0;
}

}  // namespace

void AddApiBench(CLI::App& bench, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = *bench.add_subcommand(
      "api", "A signed order through the gateway in Binance's dialect, without sockets");
  command.add_option("--rounds", arguments->rounds, "Rounds of 512 orders")
      ->check(CLI::Range(1, 400));
  command.add_flag("--json", arguments->json, "One JSON object instead of the table");
  command.callback([arguments, &exit_code] { exit_code = Run(*arguments); });
}

}  // namespace lockstep
