// Counts what a stretch of code asks the process for: malloc and its relatives (operator new calls
// malloc) and mmap, which memory_counter.cc replaces for the whole test executable.
//
// Under a sanitizer, which brings its own malloc, nothing is replaced and nothing can be counted:
// kCountsMemory is false. Threads: counts the calls of the thread that made the MemoryCounter.
#pragma once

#include <cstddef>

namespace lockstep::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCountsMemory = false;
#else
inline constexpr bool kCountsMemory = true;
#endif

class MemoryCounter {
 public:
  MemoryCounter();
  ~MemoryCounter();
  MemoryCounter(const MemoryCounter&) = delete;
  MemoryCounter& operator=(const MemoryCounter&) = delete;

  // Calls since this counter was made. One counter at a time.
  [[nodiscard]] static std::size_t Calls();
};

}  // namespace lockstep::testing
