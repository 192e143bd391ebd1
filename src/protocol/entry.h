// The shape of a log entry: an SBE EntryHeader message, then each command as a uint32 length and an
// SBE message (with its message header), padded with zeros so that the next length is 4-byte
// aligned.
//
// Header-only and free of allocation, because the engine reads entries with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/assert.h"
#include "lockstep_sbe/EntryHeader.h"
#include "lockstep_sbe/MessageHeader.h"

namespace lockstep {

inline constexpr std::size_t kMessageHeaderBytes = 8;
inline constexpr std::size_t kEntryHeaderBytes =
    kMessageHeaderBytes + sbe::EntryHeader::sbeBlockLength();
inline constexpr std::size_t kCommandPrefixBytes = 4;

static_assert(kEntryHeaderBytes == 32);

// The four numbers that begin every SBE message.
struct MessageHeaderView {
  std::uint16_t block_length;
  std::uint16_t template_id;
  std::uint16_t schema_id;
  std::uint16_t version;
};
static_assert(sizeof(MessageHeaderView) == kMessageHeaderBytes);

// Requires message.size() >= kMessageHeaderBytes.
inline MessageHeaderView ReadMessageHeader(std::span<const std::byte> message) {
  MessageHeaderView header{};
  std::memcpy(&header, message.data(), sizeof(header));
  return header;
}

// Generated codecs take char*, ours is std::byte.
inline char* SbeBuffer(std::byte* bytes) { return reinterpret_cast<char*>(bytes); }
// The codecs have one class for reading and writing; a reader never writes through this.
inline char* SbeBuffer(const std::byte* bytes) {
  return const_cast<char*>(reinterpret_cast<const char*>(bytes));
}

// A codec over an encoded message whose shape has been checked (protocol/shape.h).
template <class Codec>
Codec Decode(std::span<const std::byte> message) {
  const MessageHeaderView header = ReadMessageHeader(message);
  Codec codec;
  codec.wrapForDecode(SbeBuffer(message.data()), kMessageHeaderBytes, header.block_length,
                      header.version, message.size());
  return codec;
}

// Writes the message header and returns a codec whose block starts behind it. The length of the
// whole message is kMessageHeaderBytes + codec.encodedLength() once all data fields have been put.
template <class Codec>
Codec Encode(std::byte* buffer, std::size_t capacity) {
  Codec codec;
  codec.wrapAndApplyHeader(SbeBuffer(buffer), 0, capacity);
  return codec;
}

// Fills one entry. Shape: a caller-owned buffer of `capacity` bytes.
class EntryBuilder {
 public:
  EntryBuilder(std::byte* buffer, std::size_t capacity) : buffer_(buffer), capacity_(capacity) {
    LOCKSTEP_ASSERT(capacity >= kEntryHeaderBytes);
  }

  void Begin(std::uint16_t origin_node, std::uint64_t boot_id, std::uint64_t batch_sequence) {
    auto header = Encode<sbe::EntryHeader>(buffer_, capacity_);
    header.bootId(boot_id).batchSequence(batch_sequence).commandCount(0).originNode(origin_node);
    header.reserved(0);
    size_ = kEntryHeaderBytes;
    count_ = 0;
  }

  // False: no room for this command; the entry is as before.
  [[nodiscard]] bool Add(std::span<const std::byte> command) {
    const std::size_t bytes = (kCommandPrefixBytes + command.size() + 3) & ~std::size_t{3};
    if (bytes > capacity_ - size_) {
      return false;
    }
    const auto length = static_cast<std::uint32_t>(command.size());
    std::memcpy(buffer_ + size_, &length, sizeof(length));
    std::memcpy(buffer_ + size_ + kCommandPrefixBytes, command.data(), command.size());
    std::memset(buffer_ + size_ + kCommandPrefixBytes + command.size(), 0,
                bytes - kCommandPrefixBytes - command.size());
    size_ += bytes;
    ++count_;
    return true;
  }

  // The finished entry.
  std::span<const std::byte> Finish() {
    sbe::EntryHeader header(SbeBuffer(buffer_), kMessageHeaderBytes, capacity_,
                            sbe::EntryHeader::sbeBlockLength(),
                            sbe::EntryHeader::sbeSchemaVersion());
    header.commandCount(count_);
    return {buffer_, size_};
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::byte* buffer_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  std::uint32_t count_ = 0;
};

// Walks the commands of one entry.
class EntryReader {
 public:
  explicit EntryReader(std::span<const std::byte> entry) : entry_(entry) {}

  // False: not an entry (too short, or another template). Nothing else may be called then.
  [[nodiscard]] bool IsEntry() const {
    return entry_.size() >= kEntryHeaderBytes &&
           ReadMessageHeader(entry_).template_id == sbe::EntryHeader::sbeTemplateId();
  }
  [[nodiscard]] sbe::EntryHeader Header() const { return Decode<sbe::EntryHeader>(entry_); }

  // The next command, with its message header; empty at the end, or where a length does not fit the
  // entry.
  std::span<const std::byte> Next() {
    if (entry_.size() - at_ < kCommandPrefixBytes) {
      return {};
    }
    std::uint32_t length = 0;
    std::memcpy(&length, entry_.data() + at_, sizeof(length));
    if (length == 0 || length > entry_.size() - at_ - kCommandPrefixBytes) {
      return {};
    }
    const auto command = entry_.subspan(at_ + kCommandPrefixBytes, length);
    const std::size_t bytes = (kCommandPrefixBytes + length + 3) & ~std::size_t{3};
    at_ = bytes < entry_.size() - at_ ? at_ + bytes : entry_.size();
    return command;
  }

 private:
  std::span<const std::byte> entry_;
  std::size_t at_ = kEntryHeaderBytes;
};

}  // namespace lockstep
