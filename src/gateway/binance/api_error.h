// Every error that the dialect knows: HTTP status, code and text, word for word as clients of
// Binance compare them. The one table of them is in the .cc; docs/api.md shows it.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "lockstep_sbe/RejectReason.h"

namespace lockstep {

// "{}" in a text stands for the arguments of MakeError, in order.
enum class ErrorKind : std::uint8_t {
  kUnknown,                    // -1000
  kDisconnected,               // -1001
  kUnauthorized,               // -1002
  kTooMuchWeight,              // -1003 {limit}
  kUnexpectedResponse,         // -1006
  kTimeout,                    // -1007
  kBusy,                       // -1008
  kNotLeader,                  // -1008 {leader's address}
  kNoLeader,                   // -1008
  kFilterFailure,              // -1013 {filter}
  kInvalidPrice,               // -1013
  kInvalidQuantity,            // -1013
  kUnsupportedOrder,           // -1014
  kTooManyOrders,              // -1015 {limit} {interval}
  kShuttingDown,               // -1016
  kUnsupportedOperation,       // -1020
  kOutsideRecvWindow,          // -1021
  kTimestampAhead,             // -1021 {milliseconds}
  kInvalidSignature,           // -1022
  kIllegalEncoding,            // -1100
  kIllegalCharacters,          // -1100 {name} {range}
  kDuplicateParameter,         // -1101
  kTooManyParameters,          // -1101
  kMandatoryParameter,         // -1102 {name}
  kOneOfParameters,            // -1102 {name} {name}
  kUnreadParameters,           // -1104 {read} {sent}
  kEmptyParameter,             // -1105 {name}
  kNotRequired,                // -1106 {name}
  kTooPrecise,                 // -1111 {name}
  kNoDepth,                    // -1112
  kTimeInForceNotRequired,     // -1114
  kInvalidTimeInForce,         // -1115
  kInvalidOrderType,           // -1116
  kInvalidSide,                // -1117
  kInvalidInterval,            // -1120
  kInvalidSymbol,              // -1121
  kInvalidSymbolStatus,        // -1122
  kLookupTooBig,               // -1127 {hours}
  kBadCombination,             // -1128
  kInvalidParameter,           // -1130 {name}
  kRecvWindowTooLarge,         // -1131
  kInvalidJson,                // -1135
  kInvalidJsonParameter,       // -1135 {name}
  kInvalidTickerType,          // -1139
  kInvalidCancelRestrictions,  // -1145
  kDuplicateSymbols,           // -1151
  kInvalidTimeUnit,            // -1194
  kSymbolStatusMismatch,       // -1220
  kNewOrderRejected,           // -2010 {reason}
  kCancelRejected,             // -2011 {reason}
  kNoSuchOrder,                // -2013
  kBadApiKeyFormat,            // -2014
  kRejectedApiKey,             // -2015
  kCancelReplacePartly,        // -2021
  kCancelReplaceFailed,        // -2022
  kSubscriptionActive,         // -2035
  kSubscriptionInactive,       // -2036
  kAmendRejected,              // -2038 {reason}
  kClientOrderIdMismatch,      // -2039
  kHmacLogon,                  // -4056
  kNotFound,                   // 404: no such endpoint
  kMethodNotAllowed,           // 405: not by this method
};
inline constexpr int kErrorKinds = static_cast<int>(ErrorKind::kMethodNotAllowed) + 1;

struct ApiError {
  ErrorKind kind = ErrorKind::kUnknown;
  unsigned status = 400;  // of HTTP, and of the WebSocket API's answer
  int code = 0;
  std::string message;
};

template <class T>
using ApiResult = std::expected<T, ApiError>;

[[nodiscard]] ApiError MakeError(ErrorKind kind, std::string_view first = {},
                                 std::string_view second = {});

// What the engine refused, in Binance's words. The same reason has another code by what was asked.
enum class RefusedAction : std::uint8_t { kPlace, kCancel, kAmend };
[[nodiscard]] ApiError MakeError(sbe::RejectReason::Value reason, RefusedAction action);

// {"code":…,"msg":"…"}
void AppendErrorJson(std::string& out, const ApiError& error);

}  // namespace lockstep
