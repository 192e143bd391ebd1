#include "engine/request_table.h"

#include "base/limits.h"
#include "engine/hash.h"

namespace lockstep {
namespace {

bool IsExpired(const RequestResult& result, std::int64_t now_ns) {
  return now_ns - result.remembered_ns >= limits::kRequestMemoryNs;
}

}  // namespace

std::size_t RequestTable::ArenaBytes(std::size_t max_requests) {
  return Arena::BytesFor<RequestResult>(max_requests) + HashIndex::ArenaBytes(max_requests);
}

RequestTable::RequestTable(Arena& arena, std::size_t max_requests)
    : results_(arena.Array<RequestResult>(max_requests)),
      index_(arena, max_requests),
      capacity_(max_requests) {}

void RequestTable::Reset() {
  begin_ = 0;
  end_ = 0;
  size_ = 0;
}

std::uint32_t RequestTable::HashOf(std::uint64_t account, std::uint64_t high, std::uint64_t low) {
  return DenseHash(Mix(account, high), low);
}

RequestTable::Found RequestTable::Find(std::uint32_t hash, std::uint64_t account,
                                       std::uint64_t high, std::uint64_t low,
                                       std::int64_t now_ns) const {
  const HashIndex::Found found = index_.FindOrVacancy(hash, [&](std::uint32_t at) {
    const RequestResult& result = results_[at - 1];
    return result.account == account && result.request_id_low == low &&
           result.request_id_high == high && !IsExpired(result, now_ns);
  });
  return {found.slot == 0 ? nullptr : &results_[found.slot - 1], found.vacancy};
}

void RequestTable::ForgetExpired(std::int64_t now_ns, std::size_t limit) {
  for (std::size_t forgotten = 0; size_ != 0; ++forgotten) {
    if (!IsExpired(At(0), now_ns) || (forgotten >= limit && size() < capacity_)) {
      break;
    }
    ForgetOldest();
  }
}

std::uint32_t RequestTable::TakePlace() {
  const auto place = static_cast<std::uint32_t>(end_);
  end_ = end_ + 1 == capacity_ ? 0 : end_ + 1;
  ++size_;
  return place;
}

RequestResult& RequestTable::Remember(std::uint32_t hash, std::uint32_t vacancy,
                                      std::int64_t now_ns) {
  const std::uint32_t place = TakePlace();
  index_.InsertAt(vacancy, hash, place + 1);
  results_[place].hash = hash;
  results_[place].remembered_ns = now_ns;
  return results_[place];
}

void RequestTable::Restore(const RequestResult& result) {
  const std::uint32_t place = TakePlace();
  results_[place] = result;
  results_[place].hash = HashOf(result.account, result.request_id_high, result.request_id_low);
  index_.Insert(results_[place].hash, place + 1);
}

void RequestTable::ForgetOldest() {
  const auto place = static_cast<std::uint32_t>(begin_);
  begin_ = begin_ + 1 == capacity_ ? 0 : begin_ + 1;
  --size_;
  index_.Erase(results_[place].hash, place + 1);
}

std::int64_t RequestTable::NextDeadlineNs() const {
  if (size_ == 0) {
    return INT64_MAX;
  }
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  const std::int64_t expires_ns = At(0).remembered_ns + limits::kRequestMemoryNs;
  return (expires_ns + kSecondNs - 1) / kSecondNs * kSecondNs;
}

}  // namespace lockstep
