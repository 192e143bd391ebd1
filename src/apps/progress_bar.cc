#include "apps/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "base/clock.h"

namespace lockstep {
namespace {

constexpr std::int64_t kRedrawNs = 100'000'000;
constexpr double kWidth = 40;

}  // namespace

ProgressBar::ProgressBar() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (is_drawn_) {
    std::fputs("\r\033[K", stderr);
  }
}

void ProgressBar::Update(double part, std::uint64_t count) {
  const std::int64_t now_ns = SystemClock().MonotonicNs();
  if (!is_terminal_ || now_ns - last_drawn_ns_ < kRedrawNs) {
    return;
  }
  last_drawn_ns_ = now_ns;
  is_drawn_ = true;
  const auto filled = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * kWidth);
  const std::string bar =
      std::string(filled, '#') + std::string(static_cast<std::size_t>(kWidth) - filled, '.');
  std::fprintf(stderr, "\r[%s] %3.0f %%  %llu", bar.c_str(), part * 100,
               static_cast<unsigned long long>(count));
}

}  // namespace lockstep
