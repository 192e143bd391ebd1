#include <string_view>

#include "lockstep_sbe/AmendOrder.h"
#include "lockstep_sbe/CancelAll.h"
#include "lockstep_sbe/CancelOrder.h"
#include "lockstep_sbe/CancelReplace.h"
#include "lockstep_sbe/CreateAccount.h"
#include "lockstep_sbe/CreateAsset.h"
#include "lockstep_sbe/CreateSymbol.h"
#include "lockstep_sbe/Deposit.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/ReplaceOrder.h"
#include "lockstep_sbe/SetAccountStatus.h"
#include "lockstep_sbe/SetSymbolRules.h"
#include "lockstep_sbe/SetSymbolStatus.h"
#include "lockstep_sbe/Withdraw.h"
#include "testing/protocol_doc/make_sample.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {

std::vector<SampleMessage> SampleCommands() {
  std::vector<SampleMessage> samples;
  samples.push_back(Make<sbe::NewOrder>("NewOrder", [](sbe::NewOrder& m) {
    FillCommandHeader(m.header());
    m.price(4'350'025).quantity(150'000).quoteQuantity(0).symbol(1);
    m.side(sbe::Side::BUY)
        .orderType(sbe::OrderType::LIMIT)
        .timeInForce(sbe::TimeInForce::GTC)
        .selfTradePrevention(sbe::SelfTradePrevention::EXPIRE_TAKER);
    m.putClientOrderId(std::string_view("my-order-1"));
  }));
  samples.push_back(Make<sbe::CancelOrder>("CancelOrder", [](sbe::CancelOrder& m) {
    FillCommandHeader(m.header());
    m.orderId(42).symbol(1).reserved(0);
    m.putOrigClientOrderId(std::string_view("my-order-1"));
    m.putClientOrderId(std::string_view("my-cancel-1"));
  }));
  samples.push_back(Make<sbe::CancelAll>("CancelAll", [](sbe::CancelAll& m) {
    FillCommandHeader(m.header());
    m.symbol(1).reason(sbe::EndReason::CANCEL_ALL).reserved8(0).reserved16(0);
  }));
  samples.push_back(Make<sbe::AmendOrder>("AmendOrder", [](sbe::AmendOrder& m) {
    FillCommandHeader(m.header());
    m.orderId(42).newQuantity(100'000).symbol(1).reserved(0);
    m.putOrigClientOrderId(std::string_view("my-order-1"));
    m.putClientOrderId(std::string_view("my-order-2"));
  }));
  samples.push_back(Make<sbe::ReplaceOrder>("ReplaceOrder", [](sbe::ReplaceOrder& m) {
    FillCommandHeader(m.header());
    m.orderId(42).newPrice(4'350'125).newQuantity(100'000).symbol(1);
    m.reserved(0);
    m.putOrigClientOrderId(std::string_view("my-order-1"));
  }));
  samples.push_back(Make<sbe::CancelReplace>("CancelReplace", [](sbe::CancelReplace& m) {
    FillCommandHeader(m.header());
    m.cancelOrderId(42).price(4'350'025).quantity(150'000).quoteQuantity(0);
    m.symbol(1)
        .side(sbe::Side::BUY)
        .orderType(sbe::OrderType::LIMIT)
        .timeInForce(sbe::TimeInForce::GTC);
    m.selfTradePrevention(sbe::SelfTradePrevention::EXPIRE_TAKER)
        .mode(sbe::CancelReplaceMode::STOP_ON_FAILURE)
        .reserved8(0)
        .reserved16(0);
    m.reserved32(0);
    m.putCancelClientOrderId(std::string_view("my-order-1"));
    m.putClientOrderId(std::string_view("my-order-2"));
  }));
  samples.push_back(Make<sbe::CreateAsset>("CreateAsset", [](sbe::CreateAsset& m) {
    FillCommandHeader(m.header());
    m.asset(1).scale(8).reserved8(0).reserved16(0);
    m.putName(std::string_view("BTC"));
  }));
  samples.push_back(Make<sbe::CreateSymbol>("CreateSymbol", [](sbe::CreateSymbol& m) {
    FillCommandHeader(m.header());
    m.symbol(1).baseAsset(1).quoteAsset(2).makerFeePpm(1000);
    m.takerFeePpm(1000).priceScale(2).quantityScale(5).status(sbe::TradingStatus::TRADING);
    m.reserved8(0);
    FillFilters(m.filters());
    m.putName(std::string_view("BTCUSDT"));
  }));
  samples.push_back(Make<sbe::SetSymbolStatus>("SetSymbolStatus", [](sbe::SetSymbolStatus& m) {
    FillCommandHeader(m.header());
    m.symbol(1).status(sbe::TradingStatus::HALT).reserved8(0).reserved16(0);
  }));
  samples.push_back(Make<sbe::SetSymbolRules>("SetSymbolRules", [](sbe::SetSymbolRules& m) {
    FillCommandHeader(m.header());
    m.symbol(1).makerFeePpm(1000).takerFeePpm(1000).reserved(0);
    FillFilters(m.filters());
  }));
  samples.push_back(Make<sbe::CreateAccount>("CreateAccount", [](sbe::CreateAccount& m) {
    FillCommandHeader(m.header());
    m.newAccount(7);
  }));
  samples.push_back(Make<sbe::SetAccountStatus>("SetAccountStatus", [](sbe::SetAccountStatus& m) {
    FillCommandHeader(m.header());
    m.targetAccount(7).status(sbe::AccountStatus::DISABLED).reserved8(0).reserved16(0);
    m.reserved32(0);
  }));
  samples.push_back(Make<sbe::Deposit>("Deposit", [](sbe::Deposit& m) {
    FillCommandHeader(m.header());
    m.targetAccount(7).amount(100'000'000).source(1).number(12);
    m.asset(1).reserved(0);
  }));
  samples.push_back(Make<sbe::Withdraw>("Withdraw", [](sbe::Withdraw& m) {
    FillCommandHeader(m.header());
    m.targetAccount(7).amount(100'000'000).source(1).number(12);
    m.asset(1).reserved(0);
  }));
  samples.push_back(Make<sbe::Query>("Query", [](sbe::Query& m) {
    FillCommandHeader(m.header());
    m.orderId(0).afterOrderId(0).symbol(1).maxRows(100);
    m.kind(2).reserved8(0).reserved16(0).reserved32(0);
    m.putOrigClientOrderId(std::string_view(""));
  }));
  return samples;
}

}  // namespace lockstep
