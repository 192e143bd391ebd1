// A market that moves: a maker that quotes both sides of a wandering price, and a taker that hits
// it, through the public REST API and the maker's user data stream.
//
// Bounded: at most 110 commands a second, a few per cent of a core, far below the limits of an
// address. The same seed makes the same wishes; what trades also depends on when things arrive.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {

struct BotsOptions {
  std::string http_address = "127.0.0.1:8080";
  KeysFile keys;
  std::string symbol = "BTCUSDT";
  double start_price = 60'000;  // in the quote asset
  double seconds = 0;           // 0: until stopped
  std::uint64_t seed = 1;
};

struct BotsSummary {
  std::uint64_t commands = 0;
  std::uint64_t trades = 0;
  std::uint64_t rejects = 0;
  double volume = 0;  // of the base asset
  double first_price = 0;
  double last_price = 0;
  double seconds = 0;

  [[nodiscard]] std::string ToText(const std::string& symbol) const;
};

// Runs until the time is up or `stop` is set, then takes its quotes back. Errors: those of SpotApi
// (kInvalidArgument: no such symbol, or the keys are not known) and of StreamClient.
[[nodiscard]] Result<BotsSummary> RunBots(const BotsOptions& options,
                                          const std::atomic<bool>& stop);

}  // namespace lockstep
