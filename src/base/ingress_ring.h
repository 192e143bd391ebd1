// Commands on their way from the gateway's threads to the sequencer's: many writers, one reader,
// bounded, in place.
//
// Shape: one block of `capacity` bytes (a power of two); each record is an int32 length (0: not yet
// written; negative: padding up to the end), 4 bytes reserved and the message, padded to 8 bytes.
// The reader zeroes what it has read, so that a length is never seen before its message. Threads:
// TryWrite any; Read one; Waker's sleeper is the reader.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "base/assert.h"
#include "base/waker.h"

namespace lockstep {

class IngressRing {
 public:
  explicit IngressRing(std::size_t capacity_bytes);

  // Copies one message in and wakes the reader. False: full, nothing was written (the caller
  // answers BACK_PRESSURED).
  [[nodiscard]] bool TryWrite(std::span<const std::byte> message);
  // The same without waking: the caller notifies the waker when it has written all that it has.
  [[nodiscard]] bool TryWriteQuietly(std::span<const std::byte> message);

  // Hands up to `limit` messages, oldest first, to `handler(std::span<const std::byte>) -> bool`;
  // the handler returns false to stop before taking that message. Returns how many were taken.
  template <class Handler>
  std::size_t Read(Handler&& handler, std::size_t limit);

  [[nodiscard]] bool Empty() const {
    return head_.load(std::memory_order_acquire) == tail_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }
  [[nodiscard]] std::size_t UsedBytes() const {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }
  [[nodiscard]] Waker& waker() { return waker_; }

 private:
  static constexpr std::size_t kHeaderBytes = 8;

  [[nodiscard]] std::int32_t LoadLength(std::size_t offset) const {
    return __atomic_load_n(reinterpret_cast<const std::int32_t*>(&buffer_[offset]),
                           __ATOMIC_ACQUIRE);
  }
  void StoreLength(std::size_t offset, std::int32_t length) {
    __atomic_store_n(reinterpret_cast<std::int32_t*>(&buffer_[offset]), length, __ATOMIC_RELEASE);
  }

  std::size_t mask_;
  std::unique_ptr<std::byte[]> buffer_;
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) Waker waker_;
};

template <class Handler>
std::size_t IngressRing::Read(Handler&& handler, std::size_t limit) {
  std::size_t head = head_.load(std::memory_order_relaxed);
  std::size_t taken = 0;
  while (taken < limit) {
    const std::size_t offset = head & mask_;
    const std::int32_t length = LoadLength(offset);
    if (length == 0) {
      break;
    }
    std::size_t bytes = 0;
    if (length < 0) {
      bytes = static_cast<std::size_t>(-length);
    } else {
      const auto size = static_cast<std::size_t>(length);
      if (!handler(std::span<const std::byte>(&buffer_[offset + kHeaderBytes], size))) {
        break;
      }
      bytes = (kHeaderBytes + size + 7) & ~std::size_t{7};
      ++taken;
    }
    std::memset(&buffer_[offset], 0, bytes);
    head += bytes;
    head_.store(head, std::memory_order_release);
  }
  return taken;
}

}  // namespace lockstep
