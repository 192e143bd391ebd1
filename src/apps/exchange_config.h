// Settings of `lockstep exchange`: defaults, then the TOML file, then the command line.
//
// The file: deploy/exchange.toml shows every key with its default. A key that is not known is an
// error, so that a misspelt setting cannot pass for its default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/status.h"
#include "engine/matching_engine.h"
#include "gateway/binance/rate_limits.h"
#include "sequencer/engine_thread.h"
#include "sequencer/journal/journal_options.h"

namespace lockstep {

struct ExchangeConfig {
  std::string data_directory;
  std::string http_address = "127.0.0.1:8080";
  std::string sbe_address = "127.0.0.1:9001";
  bool dev = false;

  JournalOptions journal;  // directory and clock are set by the process
  EngineThreadOptions engine_thread;
  EngineLimits engine;
  RateLimitSettings rate_limits;
  std::size_t ingress_ring_bytes = std::size_t{4} << 20U;
  std::size_t query_ring_bytes = std::size_t{1} << 20U;
  std::size_t event_ring_bytes = std::size_t{64} << 20U;
  std::int64_t event_stall_limit_ns = 1'000'000'000;
};

// Reads `path` into `config`. kIoError; kInvalidArgument names the line or the key, and what is
// allowed.
[[nodiscard]] Status ReadConfigFile(const std::string& path, ExchangeConfig& config);

}  // namespace lockstep
