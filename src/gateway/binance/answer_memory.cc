#include "gateway/binance/answer_memory.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>

#include "base/assert.h"
#include "base/fork_memory.h"
#include "base/strong_id.h"
#include "gateway/binance/api_call.h"

namespace lockstep {

// The answer's text follows it.
struct AnswerMemory::Record {
  RequestKey key;
  std::int64_t until_ns;
  OrderCounts order_counts;
  std::uint32_t bytes;  // with all that belongs to it, a multiple of 8
  std::uint32_t text_bytes;
  std::uint32_t retry_after_s;
  std::uint16_t status;
  bool has_order_counts;
};

namespace {

constexpr std::size_t kAlignment = 8;

// Request ids are parts of a MAC: as good as any hash.
std::uint32_t HashOf(const RequestKey& key) {
  return static_cast<std::uint32_t>(key.id.high ^ key.account);
}

std::uint64_t SlotOf(const RequestKey& key, std::size_t offset) {
  return std::uint64_t{HashOf(key)} << 32U | (offset / kAlignment + 1);
}

std::size_t OffsetOf(std::uint64_t slot) { return ((slot & UINT32_MAX) - 1) * kAlignment; }

}  // namespace

AnswerMemory::AnswerMemory(std::size_t bytes)
    : capacity_(bytes & ~(kAlignment - 1)),
      bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity_)),
      slots_(2 * std::bit_ceil(capacity_ / kLeastRecordBytes + 1)),
      slot_mask_(slots_.size() - 1) {
  static_assert(std::is_trivially_copyable_v<Record> && alignof(Record) == kAlignment &&
                sizeof(Record) <= kLeastRecordBytes);
  LOCKSTEP_ASSERT(capacity_ / kAlignment < UINT32_MAX);
  KeepOutOfForks({bytes_.get(), capacity_});
}

AnswerMemory::Record& AnswerMemory::At(std::size_t offset) const {
  return *std::launder(reinterpret_cast<Record*>(&bytes_[offset]));
}

std::optional<ApiAnswer> AnswerMemory::Find(const RequestKey& key) const {
  const std::uint32_t hash = HashOf(key);
  for (std::size_t i = hash & slot_mask_; slots_[i] != 0; i = (i + 1) & slot_mask_) {
    if (slots_[i] >> 32U != hash) {
      continue;
    }
    const Record& record = At(OffsetOf(slots_[i]));
    if (record.key == key) {
      const auto* const text = reinterpret_cast<const char*>(&record + 1);
      return ApiAnswer{.status = record.status,
                       .body = std::string(text, record.text_bytes),
                       .order_counts = record.has_order_counts ? std::optional(record.order_counts)
                                                               : std::nullopt,
                       .retry_after_s = record.retry_after_s};
    }
  }
  return std::nullopt;
}

void AnswerMemory::Keep(const RequestKey& key, const ApiAnswer& answer, std::int64_t until_ns) {
  const std::size_t needed =
      (sizeof(Record) + answer.body.size() + kAlignment - 1) & ~(kAlignment - 1);
  const std::size_t bytes = std::max(needed, kLeastRecordBytes);
  if (bytes > capacity_) {
    return;
  }
  const std::size_t offset = MakeRoom(bytes);
  auto* const record =
      new (&bytes_[offset]) Record{.key = key,
                                   .until_ns = until_ns,
                                   .order_counts = answer.order_counts.value_or(OrderCounts()),
                                   .bytes = static_cast<std::uint32_t>(bytes),
                                   .text_bytes = static_cast<std::uint32_t>(answer.body.size()),
                                   .retry_after_s = answer.retry_after_s,
                                   .status = static_cast<std::uint16_t>(answer.status),
                                   .has_order_counts = answer.order_counts.has_value()};
  std::memcpy(record + 1, answer.body.data(), answer.body.size());
  end_ = offset + bytes;
  ++size_;
  Insert(SlotOf(key, offset));
}

std::size_t AnswerMemory::MakeRoom(std::size_t bytes) {
  for (;;) {
    if (size_ == 0) {
      oldest_ = 0;
      end_ = 0;
      return 0;
    }
    if (end_ > oldest_) {
      if (capacity_ - end_ >= bytes) {
        return end_;
      }
      wrap_ = end_;
      end_ = 0;
    }
    if (oldest_ - end_ >= bytes) {
      return end_;
    }
    ForgetOldest();
  }
}

void AnswerMemory::ForgetOldest() {
  const Record& record = At(oldest_);
  Erase(SlotOf(record.key, oldest_));
  oldest_ += record.bytes;
  --size_;
  if (end_ <= oldest_ && oldest_ == wrap_ && size_ > 0) {
    oldest_ = 0;
  }
}

void AnswerMemory::ForgetUntil(std::int64_t now_ns) {
  while (size_ > 0 && At(oldest_).until_ns <= now_ns) {
    ForgetOldest();
  }
}

void AnswerMemory::Insert(Slot slot) {
  std::size_t i = HomeOf(slot);
  while (slots_[i] != 0) {
    i = (i + 1) & slot_mask_;
  }
  slots_[i] = slot;
}

// What was pushed on by the erased one moves back, so that no probing meets a hole before its end.
void AnswerMemory::Erase(Slot slot) {
  std::size_t hole = HomeOf(slot);
  while (slots_[hole] != slot) {
    LOCKSTEP_ASSERT(slots_[hole] != 0);
    hole = (hole + 1) & slot_mask_;
  }
  for (std::size_t i = (hole + 1) & slot_mask_; slots_[i] != 0; i = (i + 1) & slot_mask_) {
    const std::size_t pushed = (i - HomeOf(slots_[i])) & slot_mask_;
    if (pushed >= ((i - hole) & slot_mask_)) {
      slots_[hole] = slots_[i];
      hole = i;
    }
  }
  slots_[hole] = 0;
}

}  // namespace lockstep
