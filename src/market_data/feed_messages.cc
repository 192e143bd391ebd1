#include "market_data/feed_messages.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/limits.h"
#include "lockstep_sbe/BookSnapshot.h"
#include "lockstep_sbe/DepthUpdate.h"
#include "lockstep_sbe/SessionReject.h"
#include "lockstep_sbe/Subscribe.h"
#include "lockstep_sbe/SubscribeAck.h"
#include "protocol/entry.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

constexpr std::size_t kGroupHeaderBytes = 4;

constexpr std::size_t kDepthRows =
    (limits::kMaxWireMessageBytes - kFrameHeaderBytes - kMessageHeaderBytes -
     sbe::DepthUpdate::sbeBlockLength() - kGroupHeaderBytes) /
    sbe::DepthUpdate::Levels::sbeBlockLength();
constexpr std::size_t kOrderRows =
    (limits::kMaxWireMessageBytes - kFrameHeaderBytes - kMessageHeaderBytes -
     sbe::BookSnapshot::sbeBlockLength() - kGroupHeaderBytes) /
    sbe::BookSnapshot::Orders::sbeBlockLength();

sbe::Side::Value WireSide(BookSide side) {
  return side == BookSide::kBuy ? sbe::Side::BUY : sbe::Side::SELL;
}

// Adds a frame with a message of exactly `message_bytes`, filled by fill(codec).
template <class Codec, class Fill>
void AppendMessage(FrameBuffer& buffer, std::size_t message_bytes, Fill&& fill) {
  const std::size_t at = buffer.size();
  buffer.resize(at + kFrameHeaderBytes + message_bytes);
  WriteFrameHeader(&buffer[at], message_bytes);
  auto codec = Encode<Codec>(&buffer[at + kFrameHeaderBytes], message_bytes);
  fill(codec);
  LOCKSTEP_DEBUG_ASSERT(kMessageHeaderBytes + codec.encodedLength() == message_bytes);
}

struct DepthIds {
  std::uint64_t first;
  std::uint64_t last;
};

void AppendDepth(FrameBuffer& buffer, const FeedStamp& stamp, DepthIds ids, bool snapshot,
                 bool more, std::span<const DepthFold::Change> rows) {
  const std::size_t bytes = kMessageHeaderBytes + sbe::DepthUpdate::sbeBlockLength() +
                            kGroupHeaderBytes +
                            rows.size() * sbe::DepthUpdate::Levels::sbeBlockLength();
  AppendMessage<sbe::DepthUpdate>(buffer, bytes, [&](sbe::DepthUpdate& update) {
    update.position(stamp.position)
        .timestampNs(stamp.timestamp_ns)
        .firstUpdateId(ids.first)
        .lastUpdateId(ids.last)
        .symbol(stamp.symbol.value())
        .snapshot(snapshot ? 1 : 0)
        .more(more ? 1 : 0)
        .reserved16(0);
    auto& levels = update.levelsCount(static_cast<std::uint16_t>(rows.size()));
    for (const DepthFold::Change& row : rows) {
      levels.next()
          .price(row.price_ticks)
          .quantity(row.quantity_lots)
          .orderCount(row.order_count)
          .side(WireSide(row.side))
          .reserved8(0)
          .reserved16(0);
    }
  });
}

void AppendOrders(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t symbol_sequence,
                  bool more, std::span<const FoldedOrder> rows) {
  const std::size_t bytes = kMessageHeaderBytes + sbe::BookSnapshot::sbeBlockLength() +
                            kGroupHeaderBytes +
                            rows.size() * sbe::BookSnapshot::Orders::sbeBlockLength();
  AppendMessage<sbe::BookSnapshot>(buffer, bytes, [&](sbe::BookSnapshot& book) {
    book.position(stamp.position)
        .symbolSequence(symbol_sequence)
        .symbol(stamp.symbol.value())
        .more(more ? 1 : 0)
        .reserved8(0)
        .reserved16(0);
    auto& orders = book.ordersCount(static_cast<std::uint16_t>(rows.size()));
    for (const FoldedOrder& row : rows) {
      orders.next()
          .orderId(row.order_id)
          .price(row.price_ticks)
          .quantity(row.quantity_lots)
          .side(WireSide(row.side))
          .reserved8(0)
          .reserved16(0)
          .reserved32(0);
    }
  });
}

}  // namespace

void AppendEvent(FrameBuffer& buffer, std::span<const std::byte> message) {
  const std::size_t at = buffer.size();
  buffer.resize(at + kFrameHeaderBytes + message.size());
  WriteFrameHeader(&buffer[at], message.size());
  std::memcpy(&buffer[at + kFrameHeaderBytes], message.data(), message.size());
}

void AppendDepthUpdate(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t first_update_id,
                       std::uint64_t last_update_id, std::span<const DepthFold::Change> changes) {
  std::uint64_t first = first_update_id;
  while (changes.size() > kDepthRows) {
    LOCKSTEP_ASSERT(first < last_update_id);
    AppendDepth(buffer, stamp, {.first = first, .last = first}, false, true,
                changes.first(kDepthRows));
    changes = changes.subspan(kDepthRows);
    ++first;
  }
  AppendDepth(buffer, stamp, {.first = first, .last = last_update_id}, false, false, changes);
}

void AppendDepthSnapshot(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t update_id,
                         const DepthFold& depth) {
  const DepthIds ids{.first = update_id, .last = update_id};
  std::vector<DepthFold::Change> rows;
  rows.reserve(std::min(depth.LevelCount(), kDepthRows));
  std::size_t left = depth.LevelCount();
  for (const BookSide side : {BookSide::kBuy, BookSide::kSell}) {
    depth.levels(side).VisitBestFirst([&](std::int64_t price_ticks, const DepthLevel& level) {
      rows.push_back({.price_ticks = price_ticks,
                      .quantity_lots = level.quantity_lots,
                      .order_count = level.order_count,
                      .side = side});
      --left;
      if (rows.size() == kDepthRows && left > 0) {
        AppendDepth(buffer, stamp, ids, true, true, rows);
        rows.clear();
      }
      return true;
    });
  }
  AppendDepth(buffer, stamp, ids, true, false, rows);
}

void AppendBookSnapshot(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t symbol_sequence,
                        const OrderBookFold& orders) {
  std::vector<FoldedOrder> rows;
  rows.reserve(std::min(orders.size(), kOrderRows));
  std::size_t left = orders.size();
  buffer.reserve(buffer.size() + left * (sbe::BookSnapshot::Orders::sbeBlockLength() + 1));
  for (const BookSide side : {BookSide::kBuy, BookSide::kSell}) {
    orders.VisitBestFirst(side, [&](const FoldedOrder& order) {
      rows.push_back(order);
      --left;
      if (rows.size() == kOrderRows && left > 0) {
        AppendOrders(buffer, stamp, symbol_sequence, true, rows);
        rows.clear();
      }
    });
  }
  AppendOrders(buffer, stamp, symbol_sequence, false, rows);
}

void AppendSubscribeAck(FrameBuffer& buffer, RequestId request_id, SymbolId symbol, FeedKind kind,
                        bool unsubscribe, std::uint64_t symbol_sequence) {
  const std::size_t bytes = kMessageHeaderBytes + sbe::SubscribeAck::sbeBlockLength();
  AppendMessage<sbe::SubscribeAck>(buffer, bytes, [&](sbe::SubscribeAck& ack) {
    ack.requestIdHigh(request_id.high)
        .requestIdLow(request_id.low)
        .symbolSequence(symbol_sequence)
        .symbol(symbol.value())
        .kind(static_cast<sbe::MarketDataKind::Value>(kind))
        .unsubscribe(unsubscribe ? 1 : 0)
        .reserved16(0);
  });
}

void AppendUnknownSymbol(FrameBuffer& buffer, RequestId request_id) {
  const std::size_t bytes = kMessageHeaderBytes + sbe::SessionReject::sbeBlockLength() + 1;
  AppendMessage<sbe::SessionReject>(buffer, bytes, [&](sbe::SessionReject& reject) {
    reject.requestIdHigh(request_id.high)
        .requestIdLow(request_id.low)
        .sessionError(sbe::SessionError::UNKNOWN_SYMBOL)
        .templateId(sbe::Subscribe::sbeTemplateId())
        .closing(0)
        .reserved8(0)
        .reserved16(0)
        .retryAfterMs(0)
        .reserved32(0)
        .putText("", 0);
  });
}

}  // namespace lockstep
