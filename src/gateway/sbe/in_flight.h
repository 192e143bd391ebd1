// The commands of one session that are on their way to the engine, oldest first, so that each can
// be told its fate when the way is cut.
//
// A session's commands reach the engine in the order in which they were sent, so answers come in
// that order too, and the first event of a command not seen before answers the oldest. A command
// causes several events; they share position and command index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/strong_id.h"

namespace lockstep {

struct SentRequest {
  RequestId request_id;
  std::uint16_t template_id;
};

class InFlight {
 public:
  void Sent(const SentRequest& request) { requests_.push_back(request); }

  // An event of this session's own command at this place of the log has come.
  void Answered(std::int64_t position, std::uint16_t command_index) {
    if (requests_.empty() || (position == position_ && command_index == command_index_)) {
      return;
    }
    position_ = position;
    command_index_ = command_index;
    requests_.pop_front();
  }

  // Takes the oldest out unanswered. Requires !empty().
  SentRequest TakeOldest() {
    const SentRequest oldest = requests_.front();
    requests_.pop_front();
    return oldest;
  }

  [[nodiscard]] std::size_t size() const { return requests_.size(); }
  [[nodiscard]] bool empty() const { return requests_.empty(); }

 private:
  std::deque<SentRequest> requests_;
  std::int64_t position_ = -1;
  std::uint16_t command_index_ = 0;
};

}  // namespace lockstep
