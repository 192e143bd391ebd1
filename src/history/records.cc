#include "history/records.h"

#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "base/assert.h"
#include "base/int128.h"

namespace lockstep {
namespace {

static_assert(std::endian::native == std::endian::little);

struct OrderRecord {
  std::uint8_t version;
  std::uint8_t side;
  std::uint8_t type;
  std::uint8_t time_in_force;
  std::uint8_t self_trade_prevention;
  std::uint8_t status;
  std::uint8_t end_reason;
  std::uint8_t client_id_bytes;
  std::uint8_t cancel_id_bytes;
  std::array<std::uint8_t, 7> reserved;
  std::int64_t price;
  std::int64_t quantity;
  std::int64_t quote_quantity;
  std::int64_t leaves_quantity;
  std::int64_t cumulative_quantity;
  std::int64_t cumulative_quote;
  std::int64_t prevented_quantity;
  std::int64_t created_ns;
  std::int64_t updated_ns;
};
static_assert(sizeof(OrderRecord) == 88);

constexpr std::uint8_t kBuyer = 1;  // of a fill; of a trade: the taker
constexpr std::uint8_t kMaker = 2;

struct FillRecord {
  std::uint8_t version;
  std::uint8_t flags;
  std::uint16_t command_index;
  std::uint32_t fee_asset;
  std::int64_t price;
  std::int64_t quantity;
  std::int64_t quote;
  std::int64_t fee;
  std::int64_t time_ns;
  std::int64_t position;
};
static_assert(sizeof(FillRecord) == 56);

struct TradeRecord {
  std::uint8_t version;
  std::uint8_t flags;
  std::array<std::uint8_t, 6> reserved;
  std::uint64_t aggregate_trade_id;
  std::int64_t price;
  std::int64_t quantity;
  std::int64_t time_ns;
};
static_assert(sizeof(TradeRecord) == 40);

struct AggregateTradeRecord {
  std::uint8_t version;
  std::uint8_t flags;
  std::array<std::uint8_t, 6> reserved;
  std::int64_t price;
  std::int64_t quantity;
  std::uint64_t first_trade_id;
  std::uint64_t last_trade_id;
  std::int64_t time_ns;
};
static_assert(sizeof(AggregateTradeRecord) == 48);

// 128 bits as two numbers, so that nothing asks for 16-byte alignment.
struct WideRecord {
  std::uint64_t low;
  std::int64_t high;
};

struct CandleRecord {
  std::uint8_t version;
  std::array<std::uint8_t, 7> reserved;
  std::int64_t open;
  std::int64_t high;
  std::int64_t low;
  std::int64_t close;
  std::int64_t volume;
  std::int64_t taker_buy_volume;
  WideRecord quote_volume;
  WideRecord taker_buy_quote_volume;
  std::uint64_t trade_count;
  std::uint64_t first_trade_id;
  std::uint64_t last_trade_id;
};
static_assert(sizeof(CandleRecord) == 112);

struct NumberRecord {
  std::uint8_t version;
  std::array<std::uint8_t, 7> reserved;
  std::uint64_t number;
};
static_assert(sizeof(NumberRecord) == 16);

WideRecord Split(Int128 value) {
  return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}
Int128 Join(const WideRecord& value) {
  return static_cast<Int128>(static_cast<UInt128>(static_cast<Int128>(value.high)) << 64U |
                             value.low);
}

template <class Record>
void Put(const Record& record, std::string& out) {
  static_assert(std::is_trivially_copyable_v<Record> &&
                std::has_unique_object_representations_v<Record>);
  out.assign(reinterpret_cast<const char*>(&record), sizeof(record));
}

// Reads the record at the start of `bytes`, whose end it does not look at.
template <class Record>
Status ReadStart(std::string_view bytes, Record& record) {
  if (bytes.empty()) {
    return {StatusCode::kCorruption, "history: an empty row"};
  }
  const auto version = static_cast<std::uint8_t>(bytes.front());
  if (version != kHistoryRecordVersion) {
    return {StatusCode::kUnimplemented, "history: a row of version " + std::to_string(version) +
                                            ", this build knows " +
                                            std::to_string(kHistoryRecordVersion)};
  }
  if (bytes.size() < sizeof(Record)) {
    return {StatusCode::kCorruption, "history: a row of " + std::to_string(bytes.size()) +
                                         " bytes where " + std::to_string(sizeof(Record)) +
                                         " are needed"};
  }
  std::memcpy(&record, bytes.data(), sizeof(Record));
  return Status::Ok();
}

template <class Record>
Status Read(std::string_view bytes, Record& record) {
  Status status = ReadStart(bytes, record);
  if (status.ok() && bytes.size() != sizeof(Record)) {
    return {StatusCode::kCorruption, "history: a row of " + std::to_string(bytes.size()) +
                                         " bytes where there should be " +
                                         std::to_string(sizeof(Record))};
  }
  return status;
}

}  // namespace

void EncodeOrder(const StoredOrder& order, std::string& out) {
  LOCKSTEP_ASSERT(order.client_order_id.size() <= UINT8_MAX &&
                  order.cancel_client_order_id.size() <= UINT8_MAX);
  Put(
      OrderRecord{
          .version = kHistoryRecordVersion,
          .side = static_cast<std::uint8_t>(order.side),
          .type = static_cast<std::uint8_t>(order.type),
          .time_in_force = static_cast<std::uint8_t>(order.time_in_force),
          .self_trade_prevention = static_cast<std::uint8_t>(order.self_trade_prevention),
          .status = static_cast<std::uint8_t>(order.status),
          .end_reason = static_cast<std::uint8_t>(order.end_reason),
          .client_id_bytes = static_cast<std::uint8_t>(order.client_order_id.size()),
          .cancel_id_bytes = static_cast<std::uint8_t>(order.cancel_client_order_id.size()),
          .reserved = {},
          .price = order.price,
          .quantity = order.quantity,
          .quote_quantity = order.quote_quantity,
          .leaves_quantity = order.leaves_quantity,
          .cumulative_quantity = order.cumulative_quantity,
          .cumulative_quote = order.cumulative_quote,
          .prevented_quantity = order.prevented_quantity,
          .created_ns = order.created_ns,
          .updated_ns = order.updated_ns,
      },
      out);
  out += order.client_order_id;
  out += order.cancel_client_order_id;
}

Status DecodeOrder(std::string_view bytes, StoredOrder& order) {
  OrderRecord record{};
  if (Status status = ReadStart(bytes, record); !status.ok()) {
    return status;
  }
  const std::string_view texts = bytes.substr(sizeof(OrderRecord));
  if (texts.size() != std::size_t{record.client_id_bytes} + record.cancel_id_bytes) {
    return {StatusCode::kCorruption, "history: an order whose client ids have not their length"};
  }
  order.client_order_id = texts.substr(0, record.client_id_bytes);
  order.cancel_client_order_id = texts.substr(record.client_id_bytes);
  order.side = static_cast<sbe::Side::Value>(record.side);
  order.type = static_cast<sbe::OrderType::Value>(record.type);
  order.time_in_force = static_cast<sbe::TimeInForce::Value>(record.time_in_force);
  order.self_trade_prevention =
      static_cast<sbe::SelfTradePrevention::Value>(record.self_trade_prevention);
  order.status = static_cast<sbe::OrderStatus::Value>(record.status);
  order.end_reason = static_cast<sbe::EndReason::Value>(record.end_reason);
  order.price = record.price;
  order.quantity = record.quantity;
  order.quote_quantity = record.quote_quantity;
  order.leaves_quantity = record.leaves_quantity;
  order.cumulative_quantity = record.cumulative_quantity;
  order.cumulative_quote = record.cumulative_quote;
  order.prevented_quantity = record.prevented_quantity;
  order.created_ns = record.created_ns;
  order.updated_ns = record.updated_ns;
  order.is_open = IsOpenStatus(order.status);
  return Status::Ok();
}

void EncodeChange(const StoredChange& change, std::string& out) {
  EncodeOrder(change.order, out);
  out.append(reinterpret_cast<const char*>(&change.execution_id), sizeof(change.execution_id));
}

Status DecodeChange(std::string_view bytes, StoredChange& change) {
  if (bytes.size() < sizeof(change.execution_id)) {
    return {StatusCode::kCorruption, "history: a change that is no order and a number"};
  }
  const std::size_t order_bytes = bytes.size() - sizeof(change.execution_id);
  if (Status status = DecodeOrder(bytes.substr(0, order_bytes), change.order); !status.ok()) {
    return status;
  }
  std::memcpy(&change.execution_id, bytes.data() + order_bytes, sizeof(change.execution_id));
  return Status::Ok();
}

void EncodeFill(const StoredFill& fill, std::string& out) {
  Put(FillRecord{.version = kHistoryRecordVersion,
                 .flags = static_cast<std::uint8_t>((fill.is_buyer ? kBuyer : 0) |
                                                    (fill.is_maker ? kMaker : 0)),
                 .command_index = fill.command_index,
                 .fee_asset = fill.fee_asset.value(),
                 .price = fill.price,
                 .quantity = fill.quantity,
                 .quote = fill.quote,
                 .fee = fill.fee,
                 .time_ns = fill.time_ns,
                 .position = fill.position},
      out);
}

Status DecodeFill(std::string_view bytes, StoredFill& fill) {
  FillRecord record{};
  if (Status status = Read(bytes, record); !status.ok()) {
    return status;
  }
  fill.is_buyer = (record.flags & kBuyer) != 0;
  fill.is_maker = (record.flags & kMaker) != 0;
  fill.command_index = record.command_index;
  fill.fee_asset = AssetId(record.fee_asset);
  fill.price = record.price;
  fill.quantity = record.quantity;
  fill.quote = record.quote;
  fill.fee = record.fee;
  fill.time_ns = record.time_ns;
  fill.position = record.position;
  return Status::Ok();
}

void EncodeTrade(const StoredTrade& trade, std::string& out) {
  Put(TradeRecord{.version = kHistoryRecordVersion,
                  .flags = trade.taker_is_buyer ? kBuyer : std::uint8_t{0},
                  .reserved = {},
                  .aggregate_trade_id = trade.aggregate_trade_id,
                  .price = trade.price,
                  .quantity = trade.quantity,
                  .time_ns = trade.time_ns},
      out);
}

Status DecodeTrade(std::string_view bytes, StoredTrade& trade) {
  TradeRecord record{};
  if (Status status = Read(bytes, record); !status.ok()) {
    return status;
  }
  trade.aggregate_trade_id = record.aggregate_trade_id;
  trade.price = record.price;
  trade.quantity = record.quantity;
  trade.time_ns = record.time_ns;
  trade.taker_is_buyer = (record.flags & kBuyer) != 0;
  return Status::Ok();
}

void EncodeAggregateTrade(const StoredAggregateTrade& trade, std::string& out) {
  Put(AggregateTradeRecord{.version = kHistoryRecordVersion,
                           .flags = trade.taker_is_buyer ? kBuyer : std::uint8_t{0},
                           .reserved = {},
                           .price = trade.price,
                           .quantity = trade.quantity,
                           .first_trade_id = trade.first_trade_id.value(),
                           .last_trade_id = trade.last_trade_id.value(),
                           .time_ns = trade.time_ns},
      out);
}

Status DecodeAggregateTrade(std::string_view bytes, StoredAggregateTrade& trade) {
  AggregateTradeRecord record{};
  if (Status status = Read(bytes, record); !status.ok()) {
    return status;
  }
  trade.price = record.price;
  trade.quantity = record.quantity;
  trade.first_trade_id = TradeId(record.first_trade_id);
  trade.last_trade_id = TradeId(record.last_trade_id);
  trade.time_ns = record.time_ns;
  trade.taker_is_buyer = (record.flags & kBuyer) != 0;
  return Status::Ok();
}

void EncodeCandle(const Candle& candle, std::string& out) {
  Put(CandleRecord{.version = kHistoryRecordVersion,
                   .reserved = {},
                   .open = candle.open,
                   .high = candle.high,
                   .low = candle.low,
                   .close = candle.close,
                   .volume = candle.volume,
                   .taker_buy_volume = candle.taker_buy_volume,
                   .quote_volume = Split(candle.quote_volume),
                   .taker_buy_quote_volume = Split(candle.taker_buy_quote_volume),
                   .trade_count = candle.trade_count,
                   .first_trade_id = candle.first_trade_id,
                   .last_trade_id = candle.last_trade_id},
      out);
}

Status DecodeCandle(std::string_view bytes, Candle& candle) {
  CandleRecord record{};
  if (Status status = Read(bytes, record); !status.ok()) {
    return status;
  }
  candle.open = record.open;
  candle.high = record.high;
  candle.low = record.low;
  candle.close = record.close;
  candle.volume = record.volume;
  candle.taker_buy_volume = record.taker_buy_volume;
  candle.quote_volume = Join(record.quote_volume);
  candle.taker_buy_quote_volume = Join(record.taker_buy_quote_volume);
  candle.trade_count = record.trade_count;
  candle.first_trade_id = record.first_trade_id;
  candle.last_trade_id = record.last_trade_id;
  return Status::Ok();
}

void EncodeNumber(std::uint64_t number, std::string& out) {
  Put(NumberRecord{.version = kHistoryRecordVersion, .reserved = {}, .number = number}, out);
}

Status DecodeNumber(std::string_view bytes, std::uint64_t& number) {
  NumberRecord record{};
  Status status = Read(bytes, record);
  if (status.ok()) {
    number = record.number;
  }
  return status;
}

}  // namespace lockstep
