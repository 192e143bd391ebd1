// Load on a journal with its two threads, and on a bare file beside it.
#pragma once

#include <cstdint>
#include <string>

#include "base/histogram.h"
#include "base/status.h"

namespace lockstep {

inline constexpr std::size_t kBenchCommandBytes = 100;

// Latency of each command from the time it should have been sent to the time it was applied, in
// nanoseconds.
struct JournalLoadFigures {
  Histogram latency_ns;
  double commands_per_second = 0;
  double commands_per_entry = 0;
  double entries_per_commit = 0;
  double bytes_per_second = 0;  // of commands
};

// `rate_per_second` commands at equal distances for `seconds`; 0: as many as it takes, with the
// ring always full.
Result<JournalLoadFigures> LoadJournal(const std::string& directory, double rate_per_second,
                                       double seconds);

// The least that durability costs here: at the same rate, one pwrite of the bytes that one such
// command takes in the log and one fdatasync, on a file of written zeros. Latency from intended
// time to done.
Result<Histogram> LoadBareFile(const std::string& directory, double rate_per_second,
                               double seconds);

}  // namespace lockstep
