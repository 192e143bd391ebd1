// The commands of one session that are on their way to the engine, oldest first, so that each can
// be told its fate when the way is cut.
//
// A session's commands reach the engine in the order in which they were sent, so the first event of
// a command not seen before answers the oldest of its request id, which is nearly always the oldest
// of all: only a command whose way was cut may be passed over. A command causes several events;
// they share position and command index.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/strong_id.h"
#include "gateway/tenure_watch.h"

namespace lockstep {

struct SentRequest {
  RequestId request_id;
  std::uint16_t template_id;
  TakenIn taken;  // in a cluster alone
};

class InFlight {
 public:
  void Sent(const SentRequest& request) { requests_.push_back(request); }

  // An event of this session's own command of this id at this place of the log has come.
  void Answered(std::int64_t position, std::uint16_t command_index, const RequestId& id) {
    if (position == position_ && command_index == command_index_) {
      return;
    }
    const auto oldest = std::ranges::find(requests_, id, &SentRequest::request_id);
    if (oldest != requests_.end()) {
      position_ = position;
      command_index_ = command_index;
      requests_.erase(oldest);
    }
  }

  // Takes those for which `which(request)` out unanswered, oldest first.
  template <class Which>
  std::vector<SentRequest> Take(Which which) {
    std::vector<SentRequest> taken;
    std::erase_if(requests_, [&](const SentRequest& request) {
      const bool is_taken = which(request);
      if (is_taken) {
        taken.push_back(request);
      }
      return is_taken;
    });
    return taken;
  }

  [[nodiscard]] std::size_t size() const { return requests_.size(); }
  [[nodiscard]] bool empty() const { return requests_.empty(); }

 private:
  std::deque<SentRequest> requests_;
  std::int64_t position_ = -1;
  std::uint16_t command_index_ = 0;
};

}  // namespace lockstep
