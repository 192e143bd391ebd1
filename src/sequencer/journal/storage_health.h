// Whether the log can still be written, and if not, why. Failed is for good: after a failed write
// or sync nobody knows what is on disk. Blocked may pass: only the next segment could not be made,
// nothing was half written. Threads: any.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "base/status.h"

namespace lockstep {

class StorageHealth {
 public:
  void Fail(const Status& why) {
    const std::lock_guard lock(mutex_);
    if (!failed_.load()) {
      message_ = why.message();
      failed_.store(true);
    }
  }
  void SetBlocked(const Status& why) {
    const std::lock_guard lock(mutex_);
    if (!failed_.load()) {
      message_ = "disk full or failing, no room for more log: " + why.message();
      blocked_.store(true);
    }
  }
  void ClearBlocked() {
    const std::lock_guard lock(mutex_);
    if (!failed_.load() && blocked_.load()) {
      message_.clear();
    }
    blocked_.store(false);
  }

  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_acquire); }
  [[nodiscard]] bool accepts() const {
    return !failed() && !blocked_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::string Message() const {
    const std::lock_guard lock(mutex_);
    return message_;
  }

 private:
  mutable std::mutex mutex_;
  std::string message_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> blocked_{false};
};

}  // namespace lockstep
