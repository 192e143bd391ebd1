// One event loop on a thread of its own: sockets, timers and the wakers of rings.
//
// Lifetime: Stop (or the destructor) ends the loop; what was posted and has not run by then never
// runs. Threads: Post from any; the rest from the owner before Start, or from the loop itself.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/waker.h"

namespace lockstep {

class IoThread {
 public:
  // `name`: of the thread, as top and perf show it; 15 characters at most.
  explicit IoThread(const char* name = "io");
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void Start();
  void Stop();

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  void Post(std::function<void()> work);

  // Calls `work` on the loop again and again, `interval` after it last returned, until Stop.
  void Every(std::chrono::milliseconds interval, std::function<void()> work);

  // Calls `drain` on the loop when the waker is notified, and once at the start. `drain` does a
  // bounded part of the work that waits and returns whether there is more; the loop turns to its
  // sockets in between. `waker` must outlive Stop.
  void Watch(Waker& waker, std::function<bool()> drain, std::function<bool()> is_empty);

 private:
  class Watched;

  const char* name_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::vector<std::unique_ptr<Watched>> watched_;
  std::thread thread_;
};

}  // namespace lockstep
