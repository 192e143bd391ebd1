#include "gateway/private_event_store.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"

namespace lockstep {
namespace {

using EventLength = std::uint32_t;

EventLength LengthAt(const std::vector<std::byte>& bytes, std::size_t at) {
  EventLength length = 0;
  std::memcpy(&length, bytes.data() + at, sizeof(length));
  return length;
}

}  // namespace

void PrivateEventStore::Resize(AccountId id, Account& account, std::size_t new_bytes) {
  by_size_.erase({account.bytes, id.value()});
  bytes_ = bytes_ - account.bytes + new_bytes;
  account.bytes = new_bytes;
  if (new_bytes != 0) {
    by_size_.insert({new_bytes, id.value()});
  }
}

void PrivateEventStore::DropOldestChunk(AccountId id, Account& account) {
  const std::size_t capacity = account.chunks.front().bytes.capacity();
  account.chunks.pop_front();
  Resize(id, account, account.bytes - capacity);
}

void PrivateEventStore::Drop(AccountId id, Account& account) {
  account.chunks.clear();
  Resize(id, account, 0);
}

void PrivateEventStore::Add(AccountId account_id, std::uint64_t sequence,
                            std::span<const std::byte> framed_event) {
  Account& account = accounts_[account_id.value()];
  if (sequence <= account.last) {
    return;
  }
  if (sequence != account.last + 1) {
    Drop(account_id, account);
  }
  const std::size_t needed = sizeof(EventLength) + framed_event.size();
  if (account.chunks.empty() || account.chunks.back().bytes.size() + needed > kChunkBytes) {
    account.chunks.push_back({sequence, 0, {}});
  }
  Chunk& chunk = account.chunks.back();
  const std::size_t size_before = chunk.bytes.size();
  const std::size_t capacity_before = chunk.bytes.capacity();
  if (size_before + needed > capacity_before) {
    // Doubling by hand, so that no chunk takes more than kChunkBytes.
    chunk.bytes.reserve(std::max(std::min(2 * capacity_before, kChunkBytes), size_before + needed));
    Resize(account_id, account, account.bytes + chunk.bytes.capacity() - capacity_before);
  }
  const auto length = static_cast<EventLength>(framed_event.size());
  chunk.bytes.resize(size_before + needed);
  std::memcpy(chunk.bytes.data() + size_before, &length, sizeof(length));
  std::ranges::copy(framed_event, chunk.bytes.begin() +
                                      static_cast<std::ptrdiff_t>(size_before + sizeof(length)));
  ++chunk.count;
  account.last = sequence;
  while (bytes_ > max_bytes_) {
    const AccountId largest(by_size_.rbegin()->second);
    DropOldestChunk(largest, accounts_[largest.value()]);
  }
}

void PrivateEventStore::NoteLast(AccountId account_id, std::uint64_t sequence) {
  Account& account = accounts_[account_id.value()];
  if (sequence > account.last) {
    Drop(account_id, account);
    account.last = sequence;
  }
}

std::uint64_t PrivateEventStore::Last(AccountId account_id) const {
  const auto found = accounts_.find(account_id.value());
  return found == accounts_.end() ? 0 : found->second.last;
}

std::uint64_t PrivateEventStore::First(AccountId account_id) const {
  const auto found = accounts_.find(account_id.value());
  if (found == accounts_.end()) {
    return 1;
  }
  const Account& account = found->second;
  return account.chunks.empty() ? account.last + 1 : account.chunks.front().first_sequence;
}

std::uint64_t PrivateEventStore::Read(
    AccountId account_id, std::uint64_t from, std::uint64_t to, std::size_t max_bytes,
    const std::function<void(std::span<const std::byte>)>& handler) const {
  const auto found = accounts_.find(account_id.value());
  if (found == accounts_.end()) {
    return from;
  }
  const std::deque<Chunk>& chunks = found->second.chunks;
  LOCKSTEP_ASSERT(from >= First(account_id));
  auto chunk = std::ranges::upper_bound(chunks, from, {}, &Chunk::first_sequence);
  if (chunk == chunks.begin()) {
    return from;
  }
  std::size_t handed = 0;
  std::uint64_t next = from;
  for (--chunk; chunk != chunks.end(); ++chunk) {
    std::uint64_t sequence = chunk->first_sequence;
    for (std::size_t at = 0; at < chunk->bytes.size(); ++sequence) {
      const std::size_t length = LengthAt(chunk->bytes, at);
      const auto event = std::span(chunk->bytes).subspan(at + sizeof(EventLength), length);
      at += sizeof(EventLength) + length;
      if (sequence < next) {
        continue;
      }
      if (sequence > to || handed >= max_bytes) {
        return next;
      }
      handler(event);
      handed += length;
      ++next;
    }
  }
  return next;
}

}  // namespace lockstep
