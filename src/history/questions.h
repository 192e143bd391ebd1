// Questions that wait for their position.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "history/history.h"

namespace lockstep {

class Questions {
 public:
  using Question = std::function<void(const HistoryView&)>;
  struct Waiting {
    std::int64_t position;
    Question question;
  };

  // False: closed, and `question` is still the caller's.
  bool Add(std::int64_t position, Question& question) {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      waiting_.emplace(position, std::move(question));
    }
    return !closed_;
  }

  // The one that waits for the lowest position, if that is not above `position`.
  std::optional<Waiting> Take(std::int64_t position) {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || waiting_.begin()->first > position) {
      return std::nullopt;
    }
    auto node = waiting_.extract(waiting_.begin());
    return Waiting{node.key(), std::move(node.mapped())};
  }

  // Whether one waits for `position` or a lower one, or for a higher one.
  [[nodiscard]] bool HasUpTo(std::int64_t position) const {
    const std::lock_guard lock(mutex_);
    return !waiting_.empty() && waiting_.begin()->first <= position;
  }
  [[nodiscard]] bool HasAbove(std::int64_t position) const {
    const std::lock_guard lock(mutex_);
    return !waiting_.empty() && waiting_.rbegin()->first > position;
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  // True: none waits, and from now on Add refuses.
  bool CloseIfEmpty() {
    const std::lock_guard lock(mutex_);
    closed_ = waiting_.empty();
    return closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::multimap<std::int64_t, Question> waiting_;
  bool closed_ = false;
};

}  // namespace lockstep
