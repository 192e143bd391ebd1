// Sleeps until one of this process's UDP sockets is readable. They are Java's, which shows nobody
// its descriptors; so they are found among the process's own.
//
// Level-triggered: who is woken reads what is there, or is woken again. Threads: one.
#pragma once

#include <cstdint>

#include "base/posix_file.h"

namespace lockstep {

class SocketWaiter {
 public:
  SocketWaiter();

  // Also wakes for this descriptor, which stays the caller's.
  void Add(int fd);
  // Takes up the UDP sockets that were opened since; those that were closed leave by themselves.
  void FindSockets();
  void Wait(std::int64_t timeout_ns);

 private:
  FileDescriptor epoll_;
};

}  // namespace lockstep
