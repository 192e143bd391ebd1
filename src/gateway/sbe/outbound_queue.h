// What waits to be written to one socket, in order: bytes of its own and buffers shared with other
// sockets.
//
// Shape: segments; small appends join the last own segment, so that a batch's events leave in few
// pieces with one gather write. Threads: the gateway's I/O thread alone.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace lockstep {

class OutboundQueue {
 public:
  void Append(std::span<const std::byte> bytes);
  void AppendShared(std::shared_ptr<const std::vector<std::byte>> buffer);

  // Points `vectors` at the oldest bytes; returns how many were filled. Valid until the next
  // change.
  [[nodiscard]] std::size_t Gather(std::span<iovec> vectors) const;

  // Forgets the oldest `bytes`, which have been written.
  void Consume(std::size_t bytes);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  // A segment grows to about this; the vector of one that has been written is used again.
  static constexpr std::size_t kSegmentBytes = std::size_t{64} << 10U;

  struct Segment {
    std::vector<std::byte> own;
    std::shared_ptr<const std::vector<std::byte>> shared;  // null: own bytes
    std::size_t written = 0;

    [[nodiscard]] std::span<const std::byte> Rest() const {
      return std::span<const std::byte>(shared ? *shared : own).subspan(written);
    }
  };

  std::deque<Segment> segments_;
  std::vector<std::byte> spare_;
  std::size_t size_ = 0;
};

}  // namespace lockstep
