// The order requests of the dialect, read and checked as far as the gateway can, and their
// commands.
//
// Requests own what they need: they outlive the bytes that they were read from. Numbers in the
// schema's units.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/limits.h"
#include "base/strong_id.h"
#include "gateway/binance/parameter_reader.h"
#include "lockstep_sbe/CancelReplaceMode.h"
#include "lockstep_sbe/OrderStatus.h"
#include "lockstep_sbe/OrderType.h"
#include "lockstep_sbe/SelfTradePrevention.h"
#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"

namespace lockstep {

enum class ResponseType : std::uint8_t { kAck, kResult, kFull };

struct PlaceRequest {
  const SymbolInfo* symbol = nullptr;
  sbe::Side::Value side = sbe::Side::NONE;
  sbe::OrderType::Value type = sbe::OrderType::NONE;
  sbe::TimeInForce::Value time_in_force = sbe::TimeInForce::NONE;
  sbe::SelfTradePrevention::Value self_trade_prevention = sbe::SelfTradePrevention::NONE;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t quote_quantity = 0;
  std::string client_order_id;
  ResponseType response = ResponseType::kFull;
};

// An order by either id, or by both.
struct OrderName {
  OrderId order_id;
  std::string client_order_id;
};

struct CancelRequest {
  const SymbolInfo* symbol = nullptr;
  OrderName order;
  std::string client_order_id;  // of the cancel itself
  // The only status in which the order may be cancelled; NONE: any.
  sbe::OrderStatus::Value only_in_status = sbe::OrderStatus::NONE;
};

struct AmendRequest {
  const SymbolInfo* symbol = nullptr;
  OrderName order;
  std::int64_t quantity = 0;
  std::string client_order_id;  // the order's new one
};

struct CancelReplaceRequest {
  PlaceRequest place;
  CancelRequest cancel;
  sbe::CancelReplaceMode::Value mode = sbe::CancelReplaceMode::STOP_ON_FAILURE;
  bool cancel_only_over_limit = false;  // orderRateLimitExceededMode=CANCEL_ONLY
};

// Each looks at reader.failed() for the caller: after an error the request is not to be used. Ids
// that the client has not chosen are made from the request id, so that a repeated request names the
// same order.
[[nodiscard]] PlaceRequest ReadPlace(ParameterReader& reader, const RequestId& id);
[[nodiscard]] CancelRequest ReadCancel(ParameterReader& reader, const RequestId& id);
[[nodiscard]] AmendRequest ReadAmend(ParameterReader& reader, const RequestId& id);
[[nodiscard]] CancelReplaceRequest ReadCancelReplace(ParameterReader& reader, const RequestId& id);
// orderId and/or origClientOrderId; kOneOfParameters when neither is there.
[[nodiscard]] OrderName ReadOrderName(ParameterReader& reader);

// One encoded command.
class CommandBytes {
 public:
  CommandBytes() = default;
  [[nodiscard]] std::span<std::byte> bytes() { return std::span(buffer_).first(size_); }

  static CommandBytes Place(const PlaceRequest& request, const RequestId& id);
  static CommandBytes Cancel(const CancelRequest& request, const RequestId& id);
  static CommandBytes CancelAll(SymbolId symbol, const RequestId& id);
  static CommandBytes Amend(const AmendRequest& request, const RequestId& id);
  static CommandBytes CancelReplace(const CancelReplaceRequest& request, const RequestId& id);
  static CommandBytes QueryBalances(const RequestId& id);
  static CommandBytes QueryAccount(const RequestId& id);
  static CommandBytes QueryOpenOrders(const RequestId& id);
  static CommandBytes QueryOrder(SymbolId symbol, const OrderName& order, const RequestId& id);

 private:
  template <class Codec>
  Codec Begin(const RequestId& id);
  template <class Codec>
  void End(const Codec& codec);

  std::array<std::byte, limits::kMaxCommandBytes> buffer_{};
  std::size_t size_ = 0;
};

}  // namespace lockstep
