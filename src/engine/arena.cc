#include "engine/arena.h"

#include <sys/mman.h>

#include "base/assert.h"

namespace lockstep {

Arena::Arena(std::size_t bytes, bool prefault) : size_(bytes), prefault_(prefault) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  LOCKSTEP_ASSERT(memory != MAP_FAILED);
  memory_ = static_cast<std::byte*>(memory);
  // Huge pages spare the hash tables most of their TLB misses and shorten the fork of a snapshot. A
  // refusal only costs speed.
  madvise(memory_, size_, MADV_HUGEPAGE);
  Prefault();
}

Arena::~Arena() { munmap(memory_, size_); }

void Arena::Clear() {
  LOCKSTEP_ASSERT(madvise(memory_, size_, MADV_DONTNEED) == 0);
  Prefault();
}

void Arena::Prefault() {
  if (prefault_) {
    madvise(memory_, size_, MADV_POPULATE_WRITE);
  }
}

void* Arena::Take(std::size_t bytes) {
  const std::size_t rounded = (bytes + kAlignment - 1) & ~(kAlignment - 1);
  LOCKSTEP_ASSERT(rounded <= size_ - used_);
  void* piece = memory_ + used_;
  used_ += rounded;
  return piece;
}

}  // namespace lockstep
