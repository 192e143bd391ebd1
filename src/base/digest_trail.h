// Digests of the state at positions of the log that are the same on every node, so that nodes can
// be compared without being asked for the same moment.
//
// Shape: one digest at the first entry behind each multiple of a step, for several steps: the fine
// ones for a quiet market, the coarse ones for a busy one, whose fine ones are soon overwritten.
// Threads: Record the engine's; Recent any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace lockstep {

struct DigestAt {
  std::int64_t position = 0;
  std::uint64_t digest = 0;
  friend bool operator==(const DigestAt&, const DigestAt&) = default;
};

class DigestTrail {
 public:
  // Behind each entry, with the position behind it.
  void Record(std::int64_t position, std::uint64_t digest) {
    const bool first_of_step = (position >> kFinestBits) != (last_ >> kFinestBits);
    if (first_of_step) {
      Keep(position, digest);
    }
    last_ = position;
  }

  // In no order; a position may come twice.
  [[nodiscard]] std::vector<DigestAt> Recent() const;

 private:
  static constexpr int kFinestBits = 12;
  static constexpr int kBitsBetweenSteps = 4;
  static constexpr std::size_t kSteps = 5;
  static constexpr std::size_t kKeptOfEach = 12;

  struct Step {
    std::array<DigestAt, kKeptOfEach> kept{};
    std::size_t count = 0;
  };
  void Keep(std::int64_t position, std::uint64_t digest);

  std::int64_t last_ = 0;
  mutable std::mutex mutex_;
  std::array<Step, kSteps> steps_;
};

}  // namespace lockstep
