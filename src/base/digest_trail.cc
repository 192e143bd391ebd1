#include "base/digest_trail.h"

#include <algorithm>

namespace lockstep {

void DigestTrail::Keep(std::int64_t position, std::uint64_t digest) {
  const std::lock_guard lock(mutex_);
  int bits = kFinestBits;
  for (Step& step : steps_) {
    if ((position >> bits) != (last_ >> bits)) {
      step.kept[step.count % kKeptOfEach] = {.position = position, .digest = digest};
      ++step.count;
    }
    bits += kBitsBetweenSteps;
  }
}

std::vector<DigestAt> DigestTrail::Recent() const {
  const std::lock_guard lock(mutex_);
  std::vector<DigestAt> all;
  for (const Step& step : steps_) {
    all.insert(all.end(), step.kept.begin(),
               step.kept.begin() + static_cast<std::ptrdiff_t>(std::min(step.count, kKeptOfEach)));
  }
  return all;
}

}  // namespace lockstep
