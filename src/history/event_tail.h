// Takes events off the ring at once and puts those that history is made of into the backlog, so
// that history never holds the engine back.
//
// Kept: ExecutionReport (but not answers to queries), Trade, BatchEnd, and definitions of an image,
// which say that a snapshot was loaded; all only behind `start_position`. Threads: its own; Start,
// Recovered, Stop the owner's; the rest any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "base/event_ring.h"
#include "base/status.h"
#include "history/backlog.h"

namespace lockstep {

class EventTail {
 public:
  struct Callbacks {
    std::function<void()> pushed;  // the backlog has more
    // From now on events are dropped: there is no place for them, or they are not what should
    // follow. Called once at most.
    std::function<void(const Status&)> lost;
  };

  // All must outlive the tail. What is not behind `start_position` is stored already.
  EventTail(EventRing::Reader& reader, Backlog& backlog, std::int64_t start_position,
            Callbacks callbacks);
  ~EventTail() { Stop(); }
  EventTail(const EventTail&) = delete;
  EventTail& operator=(const EventTail&) = delete;

  void Start();
  // Reads what is on the ring by now, then ends the thread. Idempotent.
  void Stop();

  // The log has been replayed up to `position`, and all that follows from it is on the ring; the
  // engine has not gone on yet. Returns when that is in the backlog too. After Start.
  void Recovered(std::int64_t position);

  // Of the newest complete entry read.
  [[nodiscard]] std::int64_t seen_position() const { return seen_position_.load(); }
  [[nodiscard]] std::size_t LagBytes() const { return reader_.LagBytes(); }

 private:
  static constexpr std::int64_t kNothing = -1;

  void Run();
  std::size_t DoWork();
  void OnEvent(std::span<const std::byte> event);
  void OnBatchEnd(std::span<const std::byte> event);
  void PassRecovered(std::int64_t position);
  void PushBlock();
  void Lose(const Status& status);
  void LoseForOtherLog(std::int64_t log_position);

  EventRing::Reader& reader_;
  Backlog& backlog_;
  const std::int64_t start_position_;
  const Callbacks callbacks_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> recovered_position_{kNothing};
  std::atomic<std::int64_t> seen_position_{0};
  // The tail's thread alone:
  std::vector<std::byte> block_;
  bool lost_ = false;
};

}  // namespace lockstep
