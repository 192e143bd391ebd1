// Time outside the engine. The engine itself never reads a clock: its time comes with each log
// entry.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockstep {

class Clock {
 public:
  virtual ~Clock() = default;

  // Nanoseconds since 1970-01-01 UTC. May step. Any thread.
  [[nodiscard]] virtual std::int64_t WallNs() const = 0;

  // Nanoseconds since an unknown start. Never steps back. Any thread.
  [[nodiscard]] virtual std::int64_t MonotonicNs() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t WallNs() const override;
  [[nodiscard]] std::int64_t MonotonicNs() const override;
};

// A clock that a test moves by hand. Wall and monotonic time move together; StepWall moves the wall
// alone.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(std::int64_t wall_ns) : wall_ns_(wall_ns) {}

  [[nodiscard]] std::int64_t WallNs() const override { return wall_ns_.load(); }
  [[nodiscard]] std::int64_t MonotonicNs() const override { return monotonic_ns_.load(); }

  void AdvanceNs(std::int64_t delta_ns) {
    wall_ns_ += delta_ns;
    monotonic_ns_ += delta_ns;
  }
  void StepWallNs(std::int64_t delta_ns) { wall_ns_ += delta_ns; }

 private:
  std::atomic<std::int64_t> wall_ns_;
  std::atomic<std::int64_t> monotonic_ns_{1};
};

}  // namespace lockstep
