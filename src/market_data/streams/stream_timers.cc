#include "market_data/streams/stream_timers.h"

#include <cstdint>

#include "market_data/streams/stream.h"

namespace lockstep {

void StreamTimers::WakeAt(Stream& stream, std::int64_t due_ns) {
  if (due_ns >= stream.due_ns_) {
    return;
  }
  Forget(stream);
  stream.due_ns_ = due_ns;
  due_.emplace(due_ns, &stream);
}

void StreamTimers::Forget(Stream& stream) {
  if (stream.due_ns_ != INT64_MAX) {
    due_.erase({stream.due_ns_, &stream});
    stream.due_ns_ = INT64_MAX;
  }
}

Stream* StreamTimers::TakeDue(std::int64_t now_ns) {
  if (NextDueNs() > now_ns) {
    return nullptr;
  }
  Stream* stream = due_.begin()->second;
  Forget(*stream);
  return stream;
}

}  // namespace lockstep
