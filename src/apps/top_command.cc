#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "apps/commands.h"
#include "apps/terminal.h"
#include "apps/top_model.h"
#include "apps/top_view.h"
#include "base/clock.h"
#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/SessionReject.h"
#include "market_data/feed.h"
#include "replay/reference_data.h"

namespace lockstep {
namespace {

constexpr std::size_t kLevels = 10;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kFrameNs = 200 * kNsPerMs;
// So many messages at most before the keys and the clock are looked at again.
constexpr int kMessagesPerTurn = 10'000;
// `--once` shows what came within this time, and gives up when no book came within the longer one.
constexpr std::int64_t kOnceNs = 1'000 * kNsPerMs;
constexpr std::int64_t kOnceLimitNs = 5'000 * kNsPerMs;

struct TopArguments {
  std::string sbe_address = "127.0.0.1:9001";
  std::string keys_path = "data/dev-keys.json";
  std::string symbol;
  bool once = false;
};

volatile std::sig_atomic_t stop_requested = 0;

// Of each side, so that the lines below the book are seen too.
std::size_t LevelsThatFit() {
  const std::size_t rows = std::max(Terminal::Rows(), kTopOtherLines + 2);
  return std::min(kLevels, (rows - kTopOtherLines) / 2);
}

void RequestStop(int) { stop_requested = 1; }

void StopOnSignals() {
  struct sigaction action{};
  action.sa_handler = RequestStop;  // without SA_RESTART: poll returns
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    sigaction(signal, &action, nullptr);
  }
}

class Top {
 public:
  Status Open(const TopArguments& arguments);
  // Until a key, a signal or the end of the connection.
  Status Watch();
  // Until there is something to show.
  Status Look();

 private:
  Status Subscribe();
  // Takes what has arrived. True: there may be more at once.
  Result<bool> Receive();
  Status PingWhenDue();
  void Sleep(bool keys) const;

  SystemClock clock_;
  CommandBuilder commands_;
  std::unique_ptr<SbeClient> client_;
  std::uint32_t symbol_ = 0;
  TopModel model_;
  std::int64_t next_ping_ns_ = 0;
  std::int64_t next_frame_ns_ = 0;
};

Status Top::Open(const TopArguments& arguments) {
  const auto keys = ReadKeysFile(arguments.keys_path);
  if (!keys) {
    return keys.error();
  }
  auto client = SbeClient::Connect(arguments.sbe_address);
  if (!client) {
    return client.error();
  }
  client_ = std::move(*client);
  // Any key may see public data; this one may do least.
  if (const auto logon = client_->Logon(keys->taker); !logon) {
    return logon.error();
  }
  const auto reference = QueryReferenceData(*client_, commands_);
  if (!reference) {
    return reference.error();
  }
  const std::string wanted = !arguments.symbol.empty() ? arguments.symbol
                             : reference->symbols.contains("BTCUSDT") || reference->symbols.empty()
                                 ? std::string("BTCUSDT")
                                 : reference->symbols.begin()->first;
  const auto symbol = reference->symbols.find(wanted);
  if (symbol == reference->symbols.end()) {
    return {StatusCode::kInvalidArgument, "the exchange has no symbol " + wanted};
  }
  symbol_ = symbol->second.symbol;
  model_.address = arguments.sbe_address;
  model_.symbol = wanted;
  model_.price_scale = symbol->second.price_scale;
  model_.quantity_scale = symbol->second.quantity_scale;
  return Subscribe();
}

Status Top::Subscribe() {
  for (const FeedKind kind : {FeedKind::kDepth, FeedKind::kTrades}) {
    Status status = client_->Send(commands_.Subscribe(symbol_, static_cast<std::uint8_t>(kind)));
    if (!status.ok()) {
      return status;
    }
  }
  return Status::Ok();
}

Result<bool> Top::Receive() {
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    const auto message = client_->Receive(0);
    if (const auto round_trip_ns = client_->TakeRoundTripNs()) {
      model_.round_trips.Add(*round_trip_ns);
    }
    if (!message) {
      if (message.error().code() == StatusCode::kUnavailable) {
        return false;
      }
      return std::unexpected(message.error());
    }
    if (auto reject = As<sbe::SessionReject>(*message)) {
      return Error(StatusCode::kUnavailable, std::string("the gateway says ") +
                                                 sbe::SessionError::c_str(reject->sessionError()));
    }
    if (!model_.OnMessage(*message, clock_.WallNs())) {
      if (Status status = Subscribe(); !status.ok()) {
        return std::unexpected(status);
      }
    }
  }
  return true;
}

Status Top::PingWhenDue() {
  const std::int64_t now_ns = clock_.MonotonicNs();
  if (now_ns < next_ping_ns_) {
    return Status::Ok();
  }
  next_ping_ns_ = now_ns + kFrameNs;
  return client_->Ping();
}

void Top::Sleep(bool keys) const {
  const std::int64_t until_ns = std::min(next_ping_ns_, next_frame_ns_) - clock_.MonotonicNs();
  std::array<pollfd, 2> wait = {{{.fd = client_->fd(), .events = POLLIN, .revents = 0},
                                 {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}}};
  // Rounded up: a wait that ends too early would turn in circles until the time has come.
  const auto timeout_ms = static_cast<int>(std::max<std::int64_t>(until_ns, 0) / kNsPerMs + 1);
  poll(wait.data(), keys ? 2 : 1, timeout_ms);
}

Status Top::Watch() {
  const Terminal terminal;
  while (stop_requested == 0) {
    if (Status status = PingWhenDue(); !status.ok()) {
      return status;
    }
    const auto more = Receive();
    if (!more) {
      return more.error();
    }
    if (clock_.MonotonicNs() >= next_frame_ns_) {
      terminal.Draw(DrawTop(model_, LevelsThatFit(), true));
      next_frame_ns_ = clock_.MonotonicNs() + kFrameNs;
    }
    if (const auto key = terminal.ReadKey(); key && (*key == 'q' || *key == 'Q')) {
      break;
    }
    if (!*more) {
      Sleep(true);
    }
  }
  return Status::Ok();
}

Status Top::Look() {
  const std::int64_t started_ns = clock_.MonotonicNs();
  while (stop_requested == 0) {
    const std::int64_t passed_ns = clock_.MonotonicNs() - started_ns;
    if (passed_ns >= kOnceNs && model_.depth.IsWhole()) {
      break;
    }
    if (passed_ns >= kOnceLimitNs) {
      return {StatusCode::kUnavailable, "no book came"};
    }
    if (Status status = PingWhenDue(); !status.ok()) {
      return status;
    }
    const auto more = Receive();
    if (!more) {
      return more.error();
    }
    next_frame_ns_ = clock_.MonotonicNs() + kFrameNs;
    if (!*more) {
      Sleep(false);
    }
  }
  for (const std::string& line : DrawTop(model_, kLevels, false)) {
    std::puts(line.c_str());
  }
  return Status::Ok();
}

int RunTop(const TopArguments& arguments) {
  if (!arguments.once && !Terminal::IsOne()) {
    std::fputs("top: this is no terminal; --once prints one frame\n", stderr);
    return 2;
  }
  StopOnSignals();
  Top top;
  Status status = top.Open(arguments);
  if (status.ok()) {
    status = arguments.once ? top.Look() : top.Watch();
  }
  if (!status.ok()) {
    std::fprintf(stderr, "top: %s\n", status.message().c_str());
    return status.code() == StatusCode::kInvalidArgument ? 2 : 1;
  }
  return 0;
}

}  // namespace

void AddTopCommand(CLI::App& root, int& exit_code) {
  CLI::App& top =
      *root.add_subcommand("top", "Watch book, tape and latency of a running exchange (q quits)");
  auto arguments = std::make_shared<TopArguments>();
  top.add_option("--sbe", arguments->sbe_address, "Binary gateway")->capture_default_str();
  top.add_option("--symbol", arguments->symbol,
                 "What to watch; default: BTCUSDT, or the first symbol there is");
  top.add_option("--keys", arguments->keys_path, "Keys' file (dev-keys.json)")
      ->capture_default_str();
  top.add_flag("--once", arguments->once, "Print one frame as plain text and end");
  top.callback([arguments, &exit_code] { exit_code = RunTop(*arguments); });
}

}  // namespace lockstep
