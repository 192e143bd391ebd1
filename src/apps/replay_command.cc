#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "apps/commands.h"
#include "apps/progress_bar.h"
#include "replay/bitstamp_reader.h"
#include "replay/bitstamp_replay.h"
#include "replay/lobster_flow_reader.h"
#include "replay/lobster_replay.h"
#include "replay/reference_data.h"

namespace lockstep {
namespace {

// Enough to keep every stage of the exchange busy, few enough to fit its rings many times over.
constexpr std::size_t kWindow = 2'048;

struct ReplayArguments {
  std::string format;
  std::string sbe_address = "127.0.0.1:9001";
  std::string keys_path;
  std::string symbol;
  std::string report_path;
  std::string tape_path;
  ReplayOptions options;
};

std::int64_t PowerOfTen(int exponent) {
  std::int64_t value = 1;
  for (int i = 0; i < exponent; ++i) {
    value *= 10;
  }
  return value;
}

// GOOG_2012-06-21_flow_L10.csv.gz → GOOGUSD; bitstamp-l3 is bitcoin against dollars.
MarketWish WishFor(const ReplayArguments& arguments, const TapeReader& tape) {
  MarketWish wish;
  wish.symbol = arguments.symbol;
  if (wish.symbol.empty()) {
    const std::string file = std::filesystem::path(arguments.tape_path).filename().string();
    const std::string base =
        arguments.format == "lobster-flow" ? file.substr(0, file.find_first_of("_.")) : "BTC";
    wish.symbol = base.substr(0, 12) + "USD";
  }
  constexpr std::array<std::string_view, 4> kQuotes = {"USDT", "USDC", "USD", "EUR"};
  const auto* quote = std::find_if(kQuotes.begin(), kQuotes.end(), [&](std::string_view candidate) {
    return wish.symbol.size() > candidate.size() && wish.symbol.ends_with(candidate);
  });
  wish.quote = quote == kQuotes.end() ? "USD" : std::string(*quote);
  wish.base = quote == kQuotes.end() ? wish.symbol
                                     : wish.symbol.substr(0, wish.symbol.size() - quote->size());
  wish.price_scale = tape.price_scale();
  wish.quantity_scale = tape.quantity_scale();
  return wish;
}

struct Tape {
  std::unique_ptr<TapeReader> reader;
  std::unique_ptr<Replay> (*make_replay)(const ReplayMarket&);
};

Result<Tape> OpenTape(const ReplayArguments& arguments) {
  auto lines = LineReader::Open(arguments.tape_path);
  if (!lines) {
    return std::unexpected(lines.error());
  }
  if (arguments.format == "lobster-flow") {
    return Tape{std::make_unique<LobsterFlowReader>(std::move(*lines)),
                [](const ReplayMarket& market) -> std::unique_ptr<Replay> {
                  return std::make_unique<LobsterReplay>(market);
                }};
  }
  return Tape{std::make_unique<BitstampReader>(std::move(*lines)),
              [](const ReplayMarket& market) -> std::unique_ptr<Replay> {
                return std::make_unique<BitstampReplay>(market);
              }};
}

Result<std::unique_ptr<SbeClient>> ConnectAs(const std::string& address,
                                             const Credentials& credentials) {
  auto client = SbeClient::Connect(address);
  if (client) {
    if (const auto logon = (*client)->Logon(credentials); !logon) {
      return std::unexpected(logon.error());
    }
  }
  return client;
}

Result<ReplayReport> Replayed(const ReplayArguments& arguments) {
  const auto keys = ReadKeysFile(arguments.keys_path);
  if (!keys) {
    return std::unexpected(keys.error());
  }
  auto tape = OpenTape(arguments);
  if (!tape) {
    return std::unexpected(tape.error());
  }
  auto admin = ConnectAs(arguments.sbe_address, keys->admin);
  if (!admin) {
    return std::unexpected(admin.error());
  }
  CommandBuilder commands;
  const auto symbol = EnsureMarket(**admin, commands, WishFor(arguments, *tape->reader));
  if (!symbol) {
    return std::unexpected(symbol.error());
  }
  auto maker = OrderLine::Open(arguments.sbe_address, keys->maker, kWindow);
  if (!maker) {
    return std::unexpected(maker.error());
  }
  auto taker = OrderLine::Open(arguments.sbe_address, keys->taker, kWindow);
  if (!taker) {
    return std::unexpected(taker.error());
  }
  for (const auto& [account, first_number] :
       {std::pair((*maker)->account(), 1U), std::pair((*taker)->account(), 3U)}) {
    if (Status status = FundAccount(**admin, commands, *symbol, account, first_number);
        !status.ok()) {
      return std::unexpected(status);
    }
  }
  const ReplayMarket market{
      .maker = maker->get(),
      .taker = taker->get(),
      .symbol = symbol->symbol,
      .price_factor = PowerOfTen(symbol->price_scale - tape->reader->price_scale()),
      .quantity_factor = PowerOfTen(symbol->quantity_scale - tape->reader->quantity_scale())};
  const auto replay = tape->make_replay(market);
  auto report = RunReplay(*tape->reader, *replay, market, arguments.options);
  if (!report) {
    return report;
  }
  // The admin's connection has been silent for the whole replay, longer than a server need wait.
  admin = ConnectAs(arguments.sbe_address, keys->admin);
  if (!admin) {
    return std::unexpected(admin.error());
  }
  const auto state = QueryReferenceData(**admin, commands);
  if (!state) {
    return std::unexpected(state.error());
  }
  report->position = state->position;
  report->digest = state->digest;
  return report;
}

int RunReplayCommand(ReplayArguments arguments) {
  Result<ReplayReport> report;
  {
    ProgressBar bar;
    arguments.options.on_progress = [&bar](double part, std::uint64_t rows) {
      bar.Update(part, rows);
    };
    report = Replayed(arguments);
  }
  if (!report) {
    std::fprintf(stderr, "replay: %s\n", report.error().message().c_str());
    return report.error().code() == StatusCode::kInvalidArgument ? 2 : 1;
  }
  std::fputs(report->ToText().c_str(), stdout);
  if (!arguments.report_path.empty()) {
    std::ofstream file(arguments.report_path);
    file << report->ToJson();
    file.close();
    if (!file) {
      std::fprintf(stderr, "replay: cannot write %s\n", arguments.report_path.c_str());
      return 1;
    }
  }
  return report->unexpected_rejects == 0 ? 0 : 1;
}

}  // namespace

void AddReplayCommand(CLI::App& root, int& exit_code) {
  CLI::App& replay = *root.add_subcommand(
      "replay", "Send recorded order flow through the binary gateway of a running exchange");
  auto arguments = std::make_shared<ReplayArguments>();
  replay.add_option("--format", arguments->format, "What the file holds")
      ->required()
      ->check(CLI::IsMember({"lobster-flow", "bitstamp-l3"}));
  replay.add_option("--sbe", arguments->sbe_address, "Binary gateway")->capture_default_str();
  replay
      .add_option("--keys", arguments->keys_path, "Keys of maker, taker and admin (dev-keys.json)")
      ->required();
  replay.add_option("--symbol", arguments->symbol,
                    "Symbol to trade, created when missing; default: after the file's name");
  replay
      .add_option("--speed", arguments->options.speed,
                  "Multiple of the tape's own time; 0: as fast as possible")
      ->check(CLI::NonNegativeNumber);
  replay.add_option("--rows", arguments->options.max_rows, "Stop after this many rows; 0: all");
  replay.add_option("--report", arguments->report_path, "Write the report as JSON");
  replay.add_option("FILE", arguments->tape_path, "The tape, plain or gzip")->required();
  replay.callback([arguments, &exit_code] { exit_code = RunReplayCommand(*arguments); });
}

}  // namespace lockstep
