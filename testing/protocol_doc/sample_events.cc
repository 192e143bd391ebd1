#include <string_view>

#include "lockstep_sbe/AccountDefinition.h"
#include "lockstep_sbe/AssetDefinition.h"
#include "lockstep_sbe/BalanceRow.h"
#include "lockstep_sbe/BalanceUpdate.h"
#include "lockstep_sbe/BookUpdate.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RequestReplayed.h"
#include "lockstep_sbe/SymbolDefinition.h"
#include "lockstep_sbe/Trade.h"
#include "testing/protocol_doc/make_sample.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {

std::vector<SampleMessage> SampleEvents() {
  std::vector<SampleMessage> samples;
  samples.push_back(Make<sbe::ExecutionReport>("ExecutionReport", [](sbe::ExecutionReport& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.orderId(42).executionId(77).tradeId(31).counterOrderId(0);
    m.price(4'350'025).quantity(150'000).quoteQuantity(0).leavesQuantity(50'000);
    m.cumulativeQuantity(100'000)
        .cumulativeQuote(4'350'025'000'000)
        .preventedQuantity(0)
        .lastPrice(4'350'025);
    m.lastQuantity(100'000).lastQuote(4'350'025'000'000).fee(100'000).baseFree(199'900'000);
    m.baseLocked(0)
        .quoteFree(95'649'975'000'000)
        .quoteLocked(2'175'012'500'000)
        .createdNs(1'700'000'000'000'200'000);
    m.feeAsset(1)
        .execType(sbe::ExecType::TRADE)
        .orderStatus(sbe::OrderStatus::PARTIALLY_FILLED)
        .side(sbe::Side::BUY);
    m.orderType(sbe::OrderType::LIMIT)
        .timeInForce(sbe::TimeInForce::GTC)
        .selfTradePrevention(sbe::SelfTradePrevention::EXPIRE_TAKER)
        .liquidity(sbe::Liquidity::TAKER);
    m.endReason(sbe::EndReason::NONE).reserved(0);
    m.putClientOrderId(std::string_view("my-order-1"));
    m.putRequestClientOrderId(std::string_view(""));
  }));
  samples.push_back(Make<sbe::Reject>("Reject", [](sbe::Reject& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.orderId(0).commandTemplateId(1).reason(sbe::RejectReason::INSUFFICIENT_BALANCE).reserved(0);
    m.putClientOrderId(std::string_view("my-order-1"));
  }));
  samples.push_back(Make<sbe::Trade>("Trade", [](sbe::Trade& m) {
    FillEventHeader(m.header());
    m.tradeId(31).aggregateTradeId(30).takerOrderId(42).makerOrderId(17);
    m.price(4'350'025).quantity(100'000).makerLeavesQuantity(0).takerSide(sbe::Side::BUY);
    m.reserved8(0).reserved16(0).reserved32(0);
  }));
  samples.push_back(Make<sbe::BookUpdate>("BookUpdate", [](sbe::BookUpdate& m) {
    FillEventHeader(m.header());
    m.orderId(42).price(4'350'025).quantity(50'000).oldPrice(0);
    m.oldQuantity(0).side(sbe::Side::BUY).action(sbe::BookAction::ADD).reserved16(0);
    m.reserved32(0);
  }));
  samples.push_back(Make<sbe::BalanceUpdate>("BalanceUpdate", [](sbe::BalanceUpdate& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.source(1).number(12).change(100'000'000).free(200'000'000);
    m.locked(0).asset(1).alreadyApplied(0).reserved8(0);
    m.reserved16(0);
  }));
  samples.push_back(Make<sbe::CancelAllReport>("CancelAllReport", [](sbe::CancelAllReport& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.cancelledCount(3);
  }));
  samples.push_back(Make<sbe::RequestReplayed>("RequestReplayed", [](sbe::RequestReplayed& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.firstPosition(4096).orderId(42).cumulativeQuantity(100'000).cumulativeQuote(
        4'350'025'000'000);
    m.firstCommandIndex(0)
        .commandTemplateId(1)
        .reason(sbe::RejectReason::NONE)
        .orderStatus(sbe::OrderStatus::PARTIALLY_FILLED);
    m.cancelReason(0);
  }));
  samples.push_back(Make<sbe::AssetDefinition>("AssetDefinition", [](sbe::AssetDefinition& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.asset(1).scale(8).reserved8(0).reserved16(0);
    m.putName(std::string_view("BTC"));
  }));
  samples.push_back(Make<sbe::SymbolDefinition>("SymbolDefinition", [](sbe::SymbolDefinition& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.symbol(1).baseAsset(1).quoteAsset(2).makerFeePpm(1000);
    m.takerFeePpm(1000).priceScale(2).quantityScale(5).status(sbe::TradingStatus::TRADING);
    m.reserved8(0);
    FillFilters(m.filters());
    m.putName(std::string_view("BTCUSDT"));
  }));
  samples.push_back(
      Make<sbe::AccountDefinition>("AccountDefinition", [](sbe::AccountDefinition& m) {
        FillEventHeader(m.header());
        FillReplyHeader(m.reply());
        m.targetAccount(7).status(sbe::AccountStatus::DISABLED).reserved8(0).reserved16(0);
        m.reserved32(0);
      }));
  samples.push_back(Make<sbe::BalanceRow>("BalanceRow", [](sbe::BalanceRow& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.free(200'000'000).locked(0).asset(1).reserved(0);
  }));
  samples.push_back(Make<sbe::QueryEnd>("QueryEnd", [](sbe::QueryEnd& m) {
    FillEventHeader(m.header());
    FillReplyHeader(m.reply());
    m.rows(2).more(0).kind(2).reason(sbe::RejectReason::NONE);
    m.digest(0);
  }));
  return samples;
}

}  // namespace lockstep
