// Events on their way from the engine's thread to gateway, market data and history: one writer,
// several readers, each with its own position; every reader sees every event, in order, in place.
//
// Shape: one block of `capacity` bytes (a power of two); each record is a uint32 length (kPadding:
// skip to the end), 4 bytes reserved and one SBE message with its message header, padded to 8
// bytes. The writer fills it through EventSink and makes it visible with Publish, once for each log
// entry. When a reader is a whole ring behind, Claim publishes what there is and waits; past
// `stall_limit_ns` it calls the stall handler once (DESIGN §2: better a failover than a market that
// lies). Threads: Claim, Commit, Publish: the engine's. Each Reader: one thread. Attach before the
// writer starts.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/event_sink.h"
#include "base/waker.h"

namespace lockstep {

class EventRing final : public EventSink {
 public:
  static constexpr std::size_t kMaxReaders = 4;

  class Reader {
   public:
    // Hands up to `limit` published events to `handler(std::span<const std::byte>)`, then frees
    // their space. The span is valid during the call only. Returns how many.
    template <class Handler>
    std::size_t Poll(Handler&& handler, std::size_t limit);

    [[nodiscard]] bool Empty() const {
      return position_.load(std::memory_order_relaxed) ==
             ring_->published_.load(std::memory_order_acquire);
    }
    // The thread that polls sleeps on this.
    [[nodiscard]] Waker& waker() { return waker_; }
    // While it dozes, its thread is not woken by Publish: it looks again before long by itself. For
    // who has nobody waiting for what he makes of the events: a wake-up is dear, and the writer
    // pays for it. After the end of a doze look at the ring before sleeping, as after Arm.
    void Doze(bool dozes) { dozes_.store(dozes, std::memory_order_relaxed); }
    // Bytes published and not yet read. Any thread.
    [[nodiscard]] std::size_t LagBytes() const {
      return ring_->published_.load(std::memory_order_acquire) -
             position_.load(std::memory_order_acquire);
    }

   private:
    friend class EventRing;
    EventRing* ring_ = nullptr;
    alignas(64) std::atomic<std::size_t> position_{0};
    alignas(64) Waker waker_;
    std::atomic<bool> dozes_{false};
  };

  EventRing(std::size_t capacity_bytes, std::int64_t stall_limit_ns,
            std::function<void()> on_stall);

  // A new reader, which starts at what is published next. At most kMaxReaders; owned by the ring.
  Reader& Attach();

  std::byte* Claim(std::size_t length) override;
  void Commit(std::size_t length) override;

  // Makes all committed events visible and wakes the readers.
  void Publish();

 private:
  static constexpr std::uint32_t kPadding = 0xffff'ffffU;
  static constexpr std::size_t kHeaderBytes = 8;

  [[nodiscard]] std::size_t SlowestReader() const;
  void WaitForSpace(std::size_t end);

  std::size_t mask_;
  std::unique_ptr<std::byte[]> buffer_;
  std::int64_t stall_limit_ns_;
  std::function<void()> on_stall_;
  std::size_t tail_ = 0;            // writer's own: end of what is committed
  std::size_t slowest_cached_ = 0;  // writer's own: no reader is behind this
  std::array<std::unique_ptr<Reader>, kMaxReaders> readers_;
  std::size_t reader_count_ = 0;
  alignas(64) std::atomic<std::size_t> published_{0};
};

template <class Handler>
std::size_t EventRing::Reader::Poll(Handler&& handler, std::size_t limit) {
  const std::size_t end = ring_->published_.load(std::memory_order_acquire);
  std::size_t at = position_.load(std::memory_order_relaxed);
  std::size_t count = 0;
  while (at != end && count < limit) {
    const std::byte* record = &ring_->buffer_[at & ring_->mask_];
    const std::uint32_t length = *reinterpret_cast<const std::uint32_t*>(record);
    if (length == kPadding) {
      at += ring_->mask_ + 1 - (at & ring_->mask_);
      continue;
    }
    handler(std::span<const std::byte>(record + kHeaderBytes, length));
    at += (kHeaderBytes + length + 7) & ~std::size_t{7};
    ++count;
  }
  position_.store(at, std::memory_order_release);
  return count;
}

}  // namespace lockstep
