#include "sequencer/journal/mirrored_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"
#include "base/fork_memory.h"
#include "base/posix_file.h"

namespace lockstep {

MirroredBuffer::~MirroredBuffer() {
  if (memory_ != nullptr) {
    munmap(memory_, 2 * size_);
  }
}

Status MirroredBuffer::Map(std::size_t bytes) {
  LOCKSTEP_ASSERT(memory_ == nullptr && bytes >= 4096 && (bytes & (bytes - 1)) == 0);
  const FileDescriptor file(memfd_create("lockstep-ring", MFD_CLOEXEC));
  if (!file.IsOpen() || ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) {
    return IoError("journal ring", "memfd_create", errno);
  }
  void* reserved = mmap(nullptr, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (reserved == MAP_FAILED) {
    return IoError("journal ring", "mmap", errno);
  }
  memory_ = static_cast<std::byte*>(reserved);
  size_ = bytes;
  for (std::byte* half : {memory_, memory_ + bytes}) {
    if (mmap(half, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_POPULATE, file.get(),
             0) == MAP_FAILED) {
      return IoError("journal ring", "mmap", errno);
    }
  }
  KeepOutOfForks({memory_, 2 * bytes});
  return Status::Ok();
}

}  // namespace lockstep
