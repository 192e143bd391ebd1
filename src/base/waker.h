// Lets a thread sleep until another has work for it, at the cost of one fence and one load on the
// notifying side while the sleeper is awake.
//
//   sleeper:   waker.Arm(); if the queue is still empty, wait until fd() is readable (poll, epoll,
//              Asio) or Wait(); waker.Disarm();
//   notifier:  put work in the queue; waker.Notify();
//
// Threads: one sleeper; any number of notifiers.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockstep {

class Waker {
 public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  // Wakes the sleeper if it is armed. Of many who come before it runs, the first makes the system
  // call. Any thread; async-signal-safe.
  void Notify() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (armed_.load(std::memory_order_relaxed) &&
        armed_.exchange(false, std::memory_order_relaxed)) {
      Signal();
    }
  }

  // Says that the sleeper is about to sleep. It must look at its queues once more after this.
  void Arm() {
    armed_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }

  // The sleeper is awake: eats pending signals.
  void Disarm();

  // Sleeps until notified or until `timeout_ns` has passed. Between Arm and Disarm.
  void Wait(std::int64_t timeout_ns);

  // Readable when notified. Owned by this object.
  [[nodiscard]] int fd() const { return fd_; }

 private:
  void Signal();

  std::atomic<bool> armed_{false};
  int fd_;
};

}  // namespace lockstep
