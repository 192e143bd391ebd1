#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "apps/commands.h"
#include "replay/bots.h"

namespace lockstep {
namespace {

std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set by a signal handler");

int RunBotsCommand(BotsOptions options, const std::string& keys_path) {
  auto keys = ReadKeysFile(keys_path);
  if (!keys) {
    std::fprintf(stderr, "bots: %s\n", keys.error().message().c_str());
    return 2;
  }
  options.keys = *keys;
  std::signal(SIGINT, [](int) { stop_requested = true; });
  std::signal(SIGTERM, [](int) { stop_requested = true; });
  const auto summary = RunBots(options, stop_requested);
  if (!summary) {
    std::fprintf(stderr, "bots: %s\n", summary.error().message().c_str());
    return 1;
  }
  std::fputs(summary->ToText(options.symbol).c_str(), stdout);
  return 0;
}

}  // namespace

void AddBotsCommand(CLI::App& root, int& exit_code) {
  CLI::App& bots = *root.add_subcommand(
      "bots", "Make the market of one symbol move: a maker and a taker for demonstrations");
  auto options = std::make_shared<BotsOptions>();
  auto keys_path = std::make_shared<std::string>();
  bots.add_option("--http", options->http_address, "REST and WebSocket API")->capture_default_str();
  bots.add_option("--keys", *keys_path, "Keys of maker and taker (dev-keys.json)")->required();
  bots.add_option("--symbol", options->symbol, "Symbol to trade")->capture_default_str();
  bots.add_option("--price", options->start_price, "Price to begin with")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  bots.add_option("--seconds", options->seconds, "Stop after this time; 0: on SIGINT or SIGTERM");
  bots.add_option("--seed", options->seed, "Of the random walk")->capture_default_str();
  bots.callback(
      [options, keys_path, &exit_code] { exit_code = RunBotsCommand(*options, *keys_path); });
}

}  // namespace lockstep
