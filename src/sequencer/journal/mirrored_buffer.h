// A ring of bytes whose memory is mapped twice in a row, so that any run of up to its size is
// contiguous wherever it begins.
//
// Shape: `bytes`, a power of two and a multiple of the page size; At(position) is the byte of a
// position that only grows. Not part of forked children. Threads: none of its own; the owner orders
// access.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/status.h"

namespace lockstep {

class MirroredBuffer {
 public:
  MirroredBuffer() = default;
  ~MirroredBuffer();
  MirroredBuffer(const MirroredBuffer&) = delete;
  MirroredBuffer& operator=(const MirroredBuffer&) = delete;

  Status Map(std::size_t bytes);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::byte* At(std::int64_t position) const {
    return memory_ + (static_cast<std::size_t>(position) & (size_ - 1));
  }

 private:
  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lockstep
