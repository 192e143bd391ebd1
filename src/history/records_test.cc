#include "history/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "history/keys.h"

namespace lockstep {
namespace {

using testing::HasSubstr;

StoredOrder SomeOrder() {
  StoredOrder order;
  order.client_order_id = "mine-1";
  order.cancel_client_order_id = std::string(limits::kMaxClientOrderIdBytes, 'c');
  order.side = sbe::Side::SELL;
  order.type = sbe::OrderType::LIMIT_MAKER;
  order.time_in_force = sbe::TimeInForce::GTC;
  order.self_trade_prevention = sbe::SelfTradePrevention::DECREMENT;
  order.status = sbe::OrderStatus::PARTIALLY_FILLED;
  order.end_reason = sbe::EndReason::AMEND;
  order.price = 1;
  order.quantity = std::numeric_limits<std::int64_t>::max();
  order.quote_quantity = 3;
  order.leaves_quantity = 4;
  order.cumulative_quantity = 5;
  order.cumulative_quote = -6;
  order.prevented_quantity = 7;
  order.created_ns = 8;
  order.updated_ns = 9;
  order.is_open = true;
  return order;
}

StoredFill SomeFill() {
  StoredFill fill;
  fill.price = 1;
  fill.quantity = 2;
  fill.quote = 3;
  fill.fee = -4;
  fill.fee_asset = AssetId(5);
  fill.is_buyer = true;
  fill.is_maker = true;
  fill.time_ns = 6;
  fill.position = 7;
  fill.command_index = 65'535;
  return fill;
}

Candle SomeCandle() {
  Candle candle;
  candle.Add(INT64_MAX / 2, INT64_MAX / 4, true, 17);
  candle.Add(5, 6, false, 18);
  return candle;
}

TEST(RecordsTest, AnOrderComesBackAsItWas) {
  std::string bytes;
  EncodeOrder(SomeOrder(), bytes);
  EXPECT_EQ(bytes.size(), 88U + 6 + 36);
  StoredOrder back;
  ASSERT_TRUE(DecodeOrder(bytes, back).ok());
  EXPECT_EQ(back, SomeOrder());
}

TEST(RecordsTest, AFillComesBackAsItWas) {
  std::string bytes;
  EncodeFill(SomeFill(), bytes);
  EXPECT_EQ(bytes.size(), 56U);
  StoredFill back;
  ASSERT_TRUE(DecodeFill(bytes, back).ok());
  EXPECT_EQ(back, SomeFill());
}

TEST(RecordsTest, TradesComeBackAsTheyWere) {
  std::string bytes;
  StoredTrade trade;
  trade.aggregate_trade_id = 1;
  trade.price = 2;
  trade.quantity = 3;
  trade.time_ns = 4;
  trade.taker_is_buyer = true;
  EncodeTrade(trade, bytes);
  EXPECT_EQ(bytes.size(), 40U);
  StoredTrade trade_back;
  ASSERT_TRUE(DecodeTrade(bytes, trade_back).ok());
  EXPECT_EQ(trade_back, trade);

  StoredAggregateTrade aggregate;
  aggregate.price = 1;
  aggregate.quantity = 2;
  aggregate.first_trade_id = TradeId(3);
  aggregate.last_trade_id = TradeId(4);
  aggregate.time_ns = 5;
  aggregate.taker_is_buyer = true;
  EncodeAggregateTrade(aggregate, bytes);
  EXPECT_EQ(bytes.size(), 48U);
  StoredAggregateTrade aggregate_back;
  ASSERT_TRUE(DecodeAggregateTrade(bytes, aggregate_back).ok());
  EXPECT_EQ(aggregate_back, aggregate);
}

TEST(RecordsTest, ACandleComesBackAsItWas) {
  std::string bytes;
  EncodeCandle(SomeCandle(), bytes);
  EXPECT_EQ(bytes.size(), 112U);
  Candle back;
  ASSERT_TRUE(DecodeCandle(bytes, back).ok());
  EXPECT_TRUE(back.quote_volume == SomeCandle().quote_volume);
  EXPECT_TRUE(back.taker_buy_quote_volume == SomeCandle().taker_buy_quote_volume);
  std::string again;
  EncodeCandle(back, again);
  EXPECT_EQ(again, bytes);
}

TEST(RecordsTest, WhatIsNoRecordIsAnError) {
  struct Kind {
    std::string bytes;
    std::function<Status(std::string_view)> decode;
  };
  std::vector<Kind> kinds(6);
  EncodeOrder(SomeOrder(), kinds[0].bytes);
  kinds[0].decode = [](std::string_view bytes) {
    StoredOrder row;
    return DecodeOrder(bytes, row);
  };
  EncodeFill(SomeFill(), kinds[1].bytes);
  kinds[1].decode = [](std::string_view bytes) {
    StoredFill row;
    return DecodeFill(bytes, row);
  };
  EncodeTrade({}, kinds[2].bytes);
  kinds[2].decode = [](std::string_view bytes) {
    StoredTrade row;
    return DecodeTrade(bytes, row);
  };
  EncodeAggregateTrade({}, kinds[3].bytes);
  kinds[3].decode = [](std::string_view bytes) {
    StoredAggregateTrade row;
    return DecodeAggregateTrade(bytes, row);
  };
  EncodeCandle(SomeCandle(), kinds[4].bytes);
  kinds[4].decode = [](std::string_view bytes) {
    Candle row;
    return DecodeCandle(bytes, row);
  };
  EncodeNumber(1, kinds[5].bytes);
  kinds[5].decode = [](std::string_view bytes) {
    std::uint64_t number = 0;
    return DecodeNumber(bytes, number);
  };
  for (const auto& [bytes, decode] : kinds) {
    ASSERT_TRUE(decode(bytes).ok());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(decode(bytes.substr(0, size)).code(), StatusCode::kCorruption) << size;
    }
    EXPECT_EQ(decode(bytes + "x").code(), StatusCode::kCorruption);
    std::string newer = bytes;
    newer[0] = kHistoryRecordVersion + 1;
    EXPECT_EQ(decode(newer).code(), StatusCode::kUnimplemented);
    EXPECT_THAT(decode(newer).message(), HasSubstr("version 2"));
  }
}

TEST(KeysTest, AreOrderedAsTheirIds) {
  const auto key = [](std::uint64_t account, std::uint32_t symbol, std::uint64_t order) {
    return std::string(HistoryKey::OfOrder(HistoryTable::kOrders, AccountId(account),
                                           SymbolId(symbol), OrderId(order))
                           .view());
  };
  EXPECT_LT(key(1, 1, 255), key(1, 1, 256));
  EXPECT_LT(key(1, 1, UINT64_MAX), key(1, 2, 0));
  EXPECT_LT(key(1, UINT32_MAX, 0), key(2, 0, 0));
  EXPECT_EQ(KeyNumber64(key(7, 8, 9), 13), 9U);
  EXPECT_EQ(KeyNumber32(key(7, 8, 9), 9), 8U);
  EXPECT_EQ(HistoryKey::OfClientId(AccountId(1), SymbolId(1),
                                   std::string(limits::kMaxClientOrderIdBytes, 'x'))
                .view()
                .size(),
            HistoryKey::kMaxBytes);
}

}  // namespace
}  // namespace lockstep
