#include "market_data/depth_replica.h"

#include <cstring>

#include "lockstep_sbe/DepthUpdate.h"
#include "protocol/entry.h"
#include "protocol/shape.h"

namespace lockstep {
namespace {

constexpr std::size_t kGroupHeaderBytes = 4;

// Whole fixed block, and as many bytes behind it as its group says.
bool IsWholeDepthUpdate(std::span<const std::byte> message) {
  constexpr MessageShape kShapes[] = {ShapeOf<sbe::DepthUpdate>(0)};
  if (CheckShape(message, kShapes) != ShapeError::kNone) {
    return false;
  }
  const std::size_t group_at = kMessageHeaderBytes + ReadMessageHeader(message).block_length;
  if (message.size() - group_at < kGroupHeaderBytes) {
    return false;
  }
  std::uint16_t row_bytes = 0;
  std::uint16_t rows = 0;
  std::memcpy(&row_bytes, &message[group_at], sizeof(row_bytes));
  std::memcpy(&rows, &message[group_at + sizeof(row_bytes)], sizeof(rows));
  return row_bytes >= sbe::DepthUpdate::Levels::sbeBlockLength() &&
         message.size() - group_at - kGroupHeaderBytes >= std::size_t{rows} * row_bytes;
}

}  // namespace

DepthReplica::Outcome DepthReplica::Apply(std::span<const std::byte> message) {
  if (!IsWholeDepthUpdate(message)) {
    state_ = State::kNoSnapshot;
    return Outcome::kMalformed;
  }
  auto update = Decode<sbe::DepthUpdate>(message);
  const bool snapshot = update.snapshot() != 0;
  const bool more = update.more() != 0;
  if (snapshot) {
    if (state_ != State::kInSnapshot) {
      depth_.Clear();
    } else if (update.lastUpdateId() != last_update_id_) {
      state_ = State::kNoSnapshot;
      return Outcome::kGap;
    }
  } else if ((state_ != State::kWhole && state_ != State::kInUpdate) ||
             update.firstUpdateId() != last_update_id_ + 1 ||
             update.lastUpdateId() < update.firstUpdateId()) {
    state_ = State::kNoSnapshot;
    return Outcome::kGap;
  }
  last_update_id_ = update.lastUpdateId();
  auto& levels = update.levels();
  while (levels.hasNext()) {
    auto& level = levels.next();
    // The raw value: the codec throws on one that the schema does not know.
    const std::uint8_t side = level.sideRaw();
    if ((side != sbe::Side::BUY && side != sbe::Side::SELL) || level.price() <= 0 ||
        level.quantity() < 0) {
      state_ = State::kNoSnapshot;
      return Outcome::kMalformed;
    }
    depth_.Set(static_cast<BookSide>(side), level.price(), level.quantity(), level.orderCount());
  }
  if (more) {
    state_ = snapshot ? State::kInSnapshot : State::kInUpdate;
  } else {
    state_ = State::kWhole;
  }
  return Outcome::kApplied;
}

}  // namespace lockstep
