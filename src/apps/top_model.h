// What `lockstep top` knows of one symbol, from the public messages alone.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "market_data/depth_replica.h"

namespace lockstep {

// The last durations of one kind.
class DurationWindow {
 public:
  struct Percentiles {
    std::int64_t p50_ns = 0;
    std::int64_t p99_ns = 0;
    std::int64_t max_ns = 0;
    std::size_t count = 0;  // of the durations that these are of
  };

  void Add(std::int64_t duration_ns);
  [[nodiscard]] Percentiles Read() const;

 private:
  static constexpr std::size_t kDurations = 1'024;

  std::vector<std::int64_t> durations_;
  std::size_t next_ = 0;
};

struct TapeRow {
  std::int64_t timestamp_ns;
  std::int64_t price_ticks;
  std::int64_t quantity_lots;
  bool taker_buys;
};

class TopModel {
 public:
  static constexpr std::size_t kTapeRows = 64;

  // A message from the server that is no heartbeat; `wall_ns` is when it was received. False:
  // updates were missed, and a new snapshot is needed.
  [[nodiscard]] bool OnMessage(std::span<const std::byte> message, std::int64_t wall_ns);

  std::string address;
  std::string symbol;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;

  DepthReplica depth;
  std::deque<TapeRow> tape;  // newest first
  std::uint64_t trades = 0;
  std::uint64_t depth_updates = 0;
  std::int64_t position = 0;  // of the log, as the newest message says
  DurationWindow round_trips;
  DurationWindow trade_delays;  // from the log's time stamp to here
};

}  // namespace lockstep
