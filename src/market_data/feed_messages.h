// The market data messages as they go to subscribers: encoded, each behind its framing header,
// appended to a buffer that all subscribers share.
//
// Each frame is at most limits::kMaxWireMessageBytes long; what does not fit goes on in a next
// message, with more = 1 in all but the last. Threads: any, each with its own buffer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "market_data/depth_fold.h"
#include "market_data/feed.h"
#include "market_data/order_book_fold.h"

namespace lockstep {

using FrameBuffer = std::vector<std::byte>;

// Up to where market data has been folded when a message is made.
struct FeedStamp {
  std::int64_t position = 0;
  std::int64_t timestamp_ns = 0;
  SymbolId symbol;
};

// An event as it stands on the ring.
void AppendEvent(FrameBuffer& buffer, std::span<const std::byte> message);

// The levels that changed from `first_update_id` to `last_update_id`. In several messages the ids
// are divided so that each one's first is the last of the one before plus 1; they are one change of
// the book (more = 1) and true only together. Requires at most two changes for each id, as Trade
// and BookUpdate make.
void AppendDepthUpdate(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t first_update_id,
                       std::uint64_t last_update_id, std::span<const DepthFold::Change> changes);

// The whole book by price, both update ids being `update_id`. One message at least, also of an
// empty book.
void AppendDepthSnapshot(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t update_id,
                         const DepthFold& depth);

// The whole book by order: bids, then asks. One message at least, also of an empty book.
void AppendBookSnapshot(FrameBuffer& buffer, const FeedStamp& stamp, std::uint64_t symbol_sequence,
                        const OrderBookFold& orders);

void AppendSubscribeAck(FrameBuffer& buffer, RequestId request_id, SymbolId symbol, FeedKind kind,
                        bool unsubscribe, std::uint64_t symbol_sequence);

// SessionReject UNKNOWN_SYMBOL, as the answer to a Subscribe.
void AppendUnknownSymbol(FrameBuffer& buffer, RequestId request_id);

}  // namespace lockstep
