#include "base/fork_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace lockstep {

void KeepOutOfForks(std::span<std::byte> memory) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(memory.data()) + page - 1) & ~(page - 1);
  const auto end = (reinterpret_cast<std::uintptr_t>(memory.data()) + memory.size()) & ~(page - 1);
  if (begin < end) {
    [[maybe_unused]] const int ignored =
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTFORK);
  }
}

}  // namespace lockstep
