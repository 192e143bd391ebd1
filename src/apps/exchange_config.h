// Settings of `lockstep exchange` and `lockstep node`: defaults, then the TOML file, then the
// command line.
//
// The file: deploy/exchange.toml shows every key with its default, deploy/node.toml those of a
// cluster. A key that is not known is an
// error, so that a misspelt setting cannot pass for its default.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "engine/matching_engine.h"
#include "gateway/binance/rate_limits.h"
#include "sequencer/aeron/aeron_options.h"
#include "sequencer/engine_thread.h"
#include "sequencer/journal/journal_options.h"

namespace lockstep {

// One node of a cluster, as [[cluster.members]] says it.
struct ClusterMember {
  std::int32_t id = -1;
  // How the other members reach it: the first of kAeronPortsPerMember UDP ports.
  std::string host;
  std::uint16_t port = 0;
  // How clients reach it, address:port.
  std::string rest;
  std::string sbe;
};

struct ExchangeConfig {
  // Empty: one machine, with the journal. Otherwise this process is member `member` of a cluster.
  std::vector<ClusterMember> members;
  std::int32_t member = -1;
  AeronOptions aeron;  // members, directory, clock and jars are set by the process
  // Where the API keys are; empty: the data directory.
  std::string key_directory;
  std::int64_t tick_interval_ns = 50'000'000;

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
