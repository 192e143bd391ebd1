// The answers that were given, oldest first, for requests that are sent again.
//
// Shape: records one behind the other in one block of memory used as a ring, and a table of 64-bit
// slots (open addressing, linear probing) that finds them: taking an answer in, finding one and
// forgetting the oldest each touch one line of the table and the record itself, however many
// millions are kept. Bounds: `bytes` for records, each counted with at least kLeastRecordBytes,
// which bounds the table too; memory is touched as it is used. Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "gateway/binance/api_call.h"

namespace lockstep {

// Who asked, and what.
struct RequestKey {
  std::uint64_t account;
  RequestId id;
  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

class AnswerMemory {
 public:
  static constexpr std::size_t kLeastRecordBytes = 512;

  explicit AnswerMemory(std::size_t bytes);

  // Nothing: not kept, or not any more.
  [[nodiscard]] std::optional<ApiAnswer> Find(const RequestKey& key) const;

  // Forgets the oldest until there is room. Requires that the key is not kept. An answer larger
  // than the whole bound is not kept.
  void Keep(const RequestKey& key, const ApiAnswer& answer, std::int64_t until_ns);

  // Forgets what was to be kept until `now_ns` or an earlier time.
  void ForgetUntil(std::int64_t now_ns);

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Record;

  // Of a slot: 0 when empty; else the offset of a record, in units of 8 bytes and counted from 1,
  // in the low half, and in the high half 32 bits of the key's hash, which also say where probing
  // began.
  using Slot = std::uint64_t;

  [[nodiscard]] Record& At(std::size_t offset) const;
  [[nodiscard]] std::size_t HomeOf(Slot slot) const { return (slot >> 32U) & slot_mask_; }
  void Insert(Slot slot);
  void Erase(Slot slot);
  void ForgetOldest();
  // Where a record of so many bytes begins, behind the newest; forgets what lies there.
  [[nodiscard]] std::size_t MakeRoom(std::size_t bytes);

  std::size_t capacity_;
  std::unique_ptr<std::byte[]> bytes_;
  std::vector<Slot> slots_;
  std::size_t slot_mask_;
  std::size_t oldest_ = 0;  // offset of the oldest record
  std::size_t end_ = 0;     // offset behind the newest
  std::size_t wrap_ = 0;    // while end_ <= oldest_ and size_ > 0: where the records at the top end
  std::size_t size_ = 0;
};

}  // namespace lockstep
