// Tells when a core did not run who wanted to run on it: one thread for each core of this process,
// pinned there, that sleeps for a millisecond again and again and notes when it woke up much later.
//
// Threads: its own; Between any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace lockstep {

class StallProbe {
 public:
  struct Stall {
    std::size_t core = 0;
    std::int64_t from_ns = 0;  // monotonic
    std::int64_t to_ns = 0;
  };

  explicit StallProbe(std::int64_t threshold_ns);
  ~StallProbe();
  StallProbe(const StallProbe&) = delete;
  StallProbe& operator=(const StallProbe&) = delete;

  // Those longer than the threshold that touch this time.
  [[nodiscard]] std::vector<Stall> Between(std::int64_t from_ns, std::int64_t to_ns) const;

 private:
  void Watch(std::size_t core);

  const std::int64_t threshold_ns_;
  mutable std::mutex mutex_;
  std::vector<Stall> stalls_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

}  // namespace lockstep
