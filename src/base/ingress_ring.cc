#include "base/ingress_ring.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "base/assert.h"

namespace lockstep {

IngressRing::IngressRing(std::size_t capacity_bytes)
    : mask_(capacity_bytes - 1), buffer_(std::make_unique<std::byte[]>(capacity_bytes)) {
  LOCKSTEP_ASSERT(capacity_bytes >= 4096 && (capacity_bytes & mask_) == 0);
}

bool IngressRing::TryWrite(std::span<const std::byte> message) {
  const bool written = TryWriteQuietly(message);
  if (written) {
    waker_.Notify();
  }
  return written;
}

bool IngressRing::TryWriteQuietly(std::span<const std::byte> message) {
  LOCKSTEP_ASSERT(!message.empty() && message.size() <= capacity() / 8);
  const std::size_t bytes = (kHeaderBytes + message.size() + 7) & ~std::size_t{7};
  std::size_t tail = tail_.load(std::memory_order_relaxed);
  std::size_t padding = 0;
  do {
    const std::size_t to_end = capacity() - (tail & mask_);
    padding = to_end < bytes ? to_end : 0;
    const std::size_t head = head_.load(std::memory_order_acquire);
    if (tail + padding + bytes - head > capacity()) {
      return false;
    }
  } while (!tail_.compare_exchange_weak(tail, tail + padding + bytes, std::memory_order_acq_rel,
                                        std::memory_order_relaxed));
  if (padding != 0) {
    StoreLength(tail & mask_, -static_cast<std::int32_t>(padding));
    tail += padding;
  }
  const std::size_t offset = tail & mask_;
  std::memcpy(&buffer_[offset + kHeaderBytes], message.data(), message.size());
  StoreLength(offset, static_cast<std::int32_t>(message.size()));
  return true;
}

}  // namespace lockstep
