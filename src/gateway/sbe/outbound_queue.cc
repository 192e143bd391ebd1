#include "gateway/sbe/outbound_queue.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace lockstep {

void OutboundQueue::Append(std::span<const std::byte> bytes) {
  if (bytes.empty()) {
    return;
  }
  const bool joins = !segments_.empty() && segments_.back().shared == nullptr &&
                     segments_.back().own.size() + bytes.size() <= kSegmentBytes;
  if (!joins) {
    segments_.push_back({std::move(spare_), nullptr, 0});
    segments_.back().own.clear();
    spare_ = {};
  }
  std::vector<std::byte>& own = segments_.back().own;
  own.insert(own.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
}

void OutboundQueue::AppendShared(std::shared_ptr<const std::vector<std::byte>> buffer) {
  if (buffer->empty()) {
    return;
  }
  size_ += buffer->size();
  segments_.push_back({{}, std::move(buffer), 0});
}

std::size_t OutboundQueue::Gather(std::span<iovec> vectors) const {
  std::size_t count = 0;
  for (auto segment = segments_.begin(); segment != segments_.end() && count < vectors.size();
       ++segment) {
    const auto rest = segment->Rest();
    // The kernel reads from an iovec that is written, whatever its type says.
    vectors[count++] = {const_cast<std::byte*>(rest.data()), rest.size()};
  }
  return count;
}

void OutboundQueue::Consume(std::size_t bytes) {
  LOCKSTEP_ASSERT(bytes <= size_);
  size_ -= bytes;
  while (bytes > 0) {
    Segment& first = segments_.front();
    const std::size_t part = std::min(bytes, first.Rest().size());
    first.written += part;
    bytes -= part;
    if (first.Rest().empty()) {
      if (first.shared == nullptr && spare_.capacity() == 0) {
        spare_ = std::move(first.own);
      }
      segments_.pop_front();
    }
  }
}

}  // namespace lockstep
