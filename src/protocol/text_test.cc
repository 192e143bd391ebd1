#include "protocol/text.h"

#include <gtest/gtest.h>

#include "lockstep_sbe/ExecutionReport.h"
#include "protocol/commands.h"
#include "protocol/text_schema.h"

namespace lockstep {
namespace {

std::string RoundTrip(std::string_view line) {
  auto bytes = CommandFromText(line);
  return bytes ? ToText(*bytes) : bytes.error().message();
}

TEST(TextTest, CommandsComeBackAsTheyWereWritten) {
  for (const char* line : {
           "new account=1 symbol=1 buy limit price=100 qty=5 gtc id=a",
           "new account=1 symbol=2 sell market quote=5 ioc stp=expire_both request=3:7 session=9 "
           "node=2 received=17",
           "cancel account=1 symbol=1 order=7 orig=a id=b",
           "cancel_all account=1 reason=disconnect",
           "amend account=1 symbol=1 order=7 qty=4 orig=a id=b",
           "replace account=1 symbol=1 order=7 price=-3 qty=4 orig=a",
           "cancel_replace account=1 symbol=1 order=7 allow_failure sell limit_maker price=3 qty=4 "
           "gtc orig=a id=b",
           "create_asset asset=1 name=BTC scale=8",
           "create_symbol symbol=1 name=BTCUSDT base=1 quote_asset=2 price_scale=2 qty_scale=5 "
           "trading maker_fee=-10 taker_fee=20 min_price=1 max_price=2 tick=3 min_qty=4 max_qty=5 "
           "lot=6 min_notional=7 max_notional=8 bid_up=9 bid_down=10 ask_up=11 ask_down=12 "
           "max_open=13",
           "set_symbol_status symbol=1 halt",
           "set_symbol_rules symbol=1 maker_fee=1 taker_fee=2 max_open=13",
           "create_account target=7",
           "set_account_status target=7 disabled",
           "deposit target=7 asset=1 amount=100 source=1 number=2",
           "withdraw target=7 asset=1 amount=100 source=1 number=2",
           "tick request=1",
           "query account=1 kind=2 symbol=1 order=4 after=3 rows=2 orig=x",
           "raw hex=0102ff",
       }) {
    EXPECT_EQ(RoundTrip(line), line);
  }
}

TEST(TextTest, ValuesOutsideAnEnumAreNumbers) {
  EXPECT_EQ(RoundTrip("new side=9 type=200 tif=7 stp=99"), "new side=9 type=200 tif=7 stp=99");
  EXPECT_EQ(RoundTrip("new side=1"), "new buy");
}

TEST(TextTest, TextIsEscaped) {
  EXPECT_EQ(RoundTrip("new id=a%20b%25%00%ff"), "new id=a%20b%25%00%ff");
}

TEST(TextTest, NumbersMayBeGrouped) {
  EXPECT_EQ(RoundTrip("new price=1_000_000"), "new price=1000000");
}

TEST(TextTest, WhatIsNotUnderstoodIsNamed) {
  EXPECT_EQ(RoundTrip("newest price=1"), "'newest' is no message, in: newest price=1");
  EXPECT_EQ(RoundTrip("new blue"), "'blue' is no value or key, in: new blue");
  EXPECT_EQ(RoundTrip("new prize=1"), "'prize' is no key of this message, in: new prize=1");
  EXPECT_EQ(RoundTrip("new price=x"), "'price=x' has a value that does not fit, in: new price=x");
  EXPECT_EQ(RoundTrip("new symbol=4294967296"),
            "'symbol=4294967296' has a value that does not fit, in: new symbol=4294967296");
  EXPECT_EQ(RoundTrip(""), "an empty line is no message");
}

TEST(TextTest, EveryCommandHasATextForm) {
  for (const MessageShape& shape : kCommandShapes) {
    const text::MessageText* message = text::FindByTemplate(shape.template_id);
    ASSERT_NE(message, nullptr) << shape.template_id;
    EXPECT_EQ(message->shape.block_length, shape.block_length) << message->word;
    EXPECT_EQ(message->shape.data_fields, shape.data_fields) << message->word;
  }
}

// A field read at the wrong offset would show another's value.
TEST(TextTest, FieldsAreTheCodecs) {
  std::byte buffer[512] = {};
  auto report = Encode<sbe::ExecutionReport>(buffer, sizeof(buffer));
  report.header().account(3).symbol(4).position(5);
  report.reply().privateSequence(6).requestIdLow(8);
  report.orderId(9).execType(sbe::ExecType::TRADE).orderStatus(sbe::OrderStatus::FILLED);
  report.liquidity(sbe::Liquidity::MAKER).fee(-2).quoteLocked(11);
  report.putClientOrderId(std::string_view("mine")).putRequestClientOrderId(std::string_view(""));
  const std::span<const std::byte> bytes(buffer, kMessageHeaderBytes + report.encodedLength());
  EXPECT_EQ(ToText(bytes),
            "report trade account=3 symbol=4 order=9 status=filled maker fee=-2 quote_locked=11 "
            "id=mine seq=6 request=8 position=5");

  EXPECT_EQ(DifferenceFromText("report trade fee=-2 leaves=0 id=mine", bytes).value(), "");
  EXPECT_EQ(DifferenceFromText("report trade fee=2", bytes).value(), "fee should be 2, is -2");
  EXPECT_EQ(DifferenceFromText("report new", bytes).value(), "exec should be new, is trade");
  EXPECT_EQ(DifferenceFromText("report id=yours", bytes).value(),
            "id should be 'yours', is 'mine'");
  EXPECT_EQ(DifferenceFromText("reject", bytes).value(), "expected a reject");
  EXPECT_FALSE(DifferenceFromText("report x=1", bytes).has_value());
}

}  // namespace
}  // namespace lockstep
