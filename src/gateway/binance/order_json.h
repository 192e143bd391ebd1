// Orders and fills as the dialect writes them. Key order is Binance's.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gateway/binance/order_request.h"
#include "history/history.h"
#include "protocol/json_writer.h"
#include "protocol/reference_data.h"

namespace lockstep {

// The answer to a placed order: ACK, RESULT or FULL.
void WritePlaced(JsonWriter& json, const StoredOrder& order, std::span<const StoredFill> fills,
                 const ReferenceData& reference, ResponseType response);

// The answer to a cancelled one; `cancel_id` is the cancel's own client order id.
void WriteCancelled(JsonWriter& json, const StoredOrder& order, std::string_view cancel_id,
                    const ReferenceData& reference);

// The answer to an amend; `old_client_order_id` is the order's from before.
void WriteAmended(JsonWriter& json, const StoredOrder& order, std::uint64_t execution_id,
                  std::string_view old_client_order_id, const ReferenceData& reference);

// As the queries show an order.
void WriteStored(JsonWriter& json, const StoredOrder& order, const ReferenceData& reference);

// A row of myTrades.
void WriteMyTrade(JsonWriter& json, const StoredFill& fill, const ReferenceData& reference);

}  // namespace lockstep
