#include "history/backlog.h"

#include <cstring>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t kEventHeaderBytes = 8;

std::size_t PaddedBytes(std::size_t length) {
  return (kEventHeaderBytes + length + 7) & ~std::size_t{7};
}

}  // namespace

void AppendToBlock(std::vector<std::byte>& block, std::span<const std::byte> event) {
  const std::size_t at = block.size();
  const auto length = static_cast<std::uint32_t>(event.size());
  block.resize(at + PaddedBytes(length));
  std::memcpy(&block[at], &length, sizeof(length));
  std::memcpy(&block[at + kEventHeaderBytes], event.data(), event.size());
}

std::span<const std::byte> NextInBlock(std::span<const std::byte> block, std::size_t& offset) {
  if (offset == block.size()) {
    return {};
  }
  std::uint32_t length = 0;
  std::memcpy(&length, &block[offset], sizeof(length));
  const auto event = block.subspan(offset + kEventHeaderBytes, length);
  offset += PaddedBytes(length);
  return event;
}

Backlog::Backlog(std::string spool_path, const BacklogOptions& options)
    : limit_bytes_(options.memory_bytes),
      spool_(std::move(spool_path), options.spool_limit_bytes, options.spool_reserve_bytes) {}

Status Backlog::Push(std::vector<std::byte> block) {
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) {
      return failure_;
    }
    // A block larger than all of the memory allowed passes when there is nothing else.
    if (!spooling_ && (blocks_.empty() || memory_bytes_ + block.size() <= limit_bytes_)) {
      memory_bytes_ += block.size();
      blocks_.push_back(std::move(block));
      return Status::Ok();
    }
    spooling_ = true;
    appending_ = true;
  }
  return PushToSpool(block);
}

Status Backlog::PushToSpool(std::span<const std::byte> block) {
  Status appended = spool_.Append(block);
  const std::lock_guard lock(mutex_);
  appending_ = false;
  if (!appended.ok()) {
    failure_ = appended;
    return appended;
  }
  spool_end_ = spool_.end();
  spool_bytes_ = spool_end_ - spool_read_;
  spooled_bytes_ += block.size();
  return Status::Ok();
}

Result<bool> Backlog::Pop(std::vector<std::byte>& block) {
  {
    const std::lock_guard lock(mutex_);
    if (!blocks_.empty()) {
      block = std::move(blocks_.front());
      blocks_.pop_front();
      memory_bytes_ -= block.size();
      return true;
    }
    if (!spooling_) {
      return false;
    }
    if (spool_read_ == spool_end_) {
      if (appending_) {
        return false;
      }
      // Caught up. Nobody appends while this lock is held and appending_ is false.
      if (Status rewound = spool_.Rewind(); !rewound.ok()) {
        return std::unexpected(rewound);
      }
      spool_end_ = 0;
      spool_read_ = 0;
      spooling_ = false;
      return false;
    }
  }
  if (Status read = spool_.Read(block); !read.ok()) {
    return std::unexpected(read);
  }
  const std::lock_guard lock(mutex_);
  spool_read_ = spool_.read_end();
  spool_bytes_ = spool_end_ - spool_read_;
  return true;
}

bool Backlog::Empty() const {
  const std::lock_guard lock(mutex_);
  return blocks_.empty() && (!spooling_ || (appending_ && spool_read_ == spool_end_));
}

}  // namespace lockstep
