// One line on stderr that is drawn again and again, when stderr is a terminal; otherwise silent.
#pragma once

#include <cstdint>

namespace lockstep {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `part` 0 to 1; `count` of whatever is being worked through. Draws at most ten times a second.
  void Update(double part, std::uint64_t count);

 private:
  bool is_terminal_;
  bool is_drawn_ = false;
  std::int64_t last_drawn_ns_ = 0;
};

}  // namespace lockstep
