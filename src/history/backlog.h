// Events between the thread that takes them off the ring and the one that stores them: in memory up
// to a bound, then in a spool file, and back in order.
//
// Shape: blocks of events; a block is what AppendToBlock made of one or more (a log entry may lie
// in several). Push never waits for the reader. Half-failure: when the spool takes no more, Push
// says why and takes nothing from then on, since there would be a hole; what is in comes out all
// the same. Threads: Push one; Pop one; the rest any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "history/spool_file.h"

namespace lockstep {

struct BacklogOptions {
  std::size_t memory_bytes = std::size_t{32} << 20U;
  std::int64_t spool_limit_bytes = std::int64_t{64} << 30U;
  // Disk space that the spool leaves to the log, whose need is greater.
  std::int64_t spool_reserve_bytes = std::int64_t{1} << 30U;
};

class Backlog {
 public:
  Backlog(std::string spool_path, const BacklogOptions& options);

  [[nodiscard]] Status Open() { return spool_.Create(); }

  [[nodiscard]] Status Push(std::vector<std::byte> block);
  // False: there is none at present. An error of the spool: what follows is lost to this process.
  [[nodiscard]] Result<bool> Pop(std::vector<std::byte>& block);

  // Whether Pop has nothing to do at present.
  [[nodiscard]] bool Empty() const;
  [[nodiscard]] std::size_t memory_bytes() const { return memory_bytes_.load(); }
  [[nodiscard]] std::int64_t spool_bytes() const { return spool_bytes_.load(); }
  // Ever since the start.
  [[nodiscard]] std::uint64_t spooled_bytes() const { return spooled_bytes_.load(); }

 private:
  [[nodiscard]] Status PushToSpool(std::span<const std::byte> block);

  const std::size_t limit_bytes_;
  SpoolFile spool_;
  mutable std::mutex mutex_;
  std::deque<std::vector<std::byte>> blocks_;
  bool spooling_ = false;        // new blocks go to the spool, until it has been read to its end
  bool appending_ = false;       // the pushing thread is at the spool
  std::int64_t spool_end_ = 0;   // of what has been appended
  std::int64_t spool_read_ = 0;  // of what has been read
  Status failure_;               // of Push, for good
  std::atomic<std::size_t> memory_bytes_{0};
  std::atomic<std::int64_t> spool_bytes_{0};
  std::atomic<std::uint64_t> spooled_bytes_{0};
};

// Adds one event to a block: its length (uint32), 4 bytes of zeros, its bytes padded to 8.
void AppendToBlock(std::vector<std::byte>& block, std::span<const std::byte> event);

// The event that begins at `offset` of a block, which is moved behind it. Empty at the end.
[[nodiscard]] std::span<const std::byte> NextInBlock(std::span<const std::byte> block,
                                                     std::size_t& offset);

}  // namespace lockstep
