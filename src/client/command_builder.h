// Makes the bytes of commands, each with a request id of its own.
//
// Shape: one buffer; the span that a method returns is valid until the next call. Request ids are a
// random 64-bit number of this builder and a counter, so builders of different processes never
// meet. Units: prices in ticks, quantities in lots, amounts in the asset's smallest unit. Values
// are not checked: the exchange does. Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "base/strong_id.h"
#include "lockstep_sbe/OrderType.h"
#include "lockstep_sbe/SelfTradePrevention.h"
#include "lockstep_sbe/Side.h"
#include "lockstep_sbe/TimeInForce.h"

namespace lockstep {

struct NewOrderFields {
  std::uint32_t symbol = 0;
  sbe::Side::Value side = sbe::Side::NONE;
  sbe::OrderType::Value order_type = sbe::OrderType::LIMIT;
  sbe::TimeInForce::Value time_in_force = sbe::TimeInForce::GTC;
  std::int64_t price_ticks = 0;
  std::int64_t quantity_lots = 0;
  std::int64_t quote_quantity = 0;
  sbe::SelfTradePrevention::Value self_trade_prevention = sbe::SelfTradePrevention::NONE;
  std::string_view client_order_id = {};
};

// An open order, named by either id or by both.
struct OrderRef {
  std::uint64_t order_id = 0;
  std::string_view client_order_id = {};
};

struct SymbolFields {
  std::uint32_t symbol = 0;
  std::string_view name = {};  // at most 16 bytes
  std::uint32_t base_asset = 0;
  std::uint32_t quote_asset = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  std::int32_t maker_fee_ppm = 0;
  std::int32_t taker_fee_ppm = 0;
  std::int64_t min_notional = 0;
};

enum class QueryKind : std::uint8_t { kOrder = 1, kOpenOrders = 2, kBalances = 3, kReference = 4 };

class CommandBuilder {
 public:
  CommandBuilder();
  // A builder whose ids begin with `request_id_high`; for tests that repeat requests.
  explicit CommandBuilder(std::uint64_t request_id_high) : request_id_{request_id_high, 0} {}

  // A builder whose commands have the request id "none": the exchange does not remember them.
  static CommandBuilder WithoutRequestIds();

  // The id of the command made last.
  [[nodiscard]] RequestId last_request_id() const { return request_id_; }

  std::span<const std::byte> NewOrder(const NewOrderFields& fields);
  std::span<const std::byte> CancelOrder(std::uint32_t symbol, const OrderRef& order);
  std::span<const std::byte> CancelAll(std::uint32_t symbol);
  // `new_quantity_lots` is the new total, executed part included; the order keeps its place.
  std::span<const std::byte> AmendOrder(std::uint32_t symbol, const OrderRef& order,
                                        std::int64_t new_quantity_lots);
  // 0 keeps a value. The order loses its place.
  std::span<const std::byte> ReplaceOrder(std::uint32_t symbol, const OrderRef& order,
                                          std::int64_t new_price_ticks,
                                          std::int64_t new_quantity_lots);

  std::span<const std::byte> CreateAsset(std::uint32_t asset, std::string_view name,
                                         std::uint8_t scale);
  std::span<const std::byte> CreateSymbol(const SymbolFields& fields);
  std::span<const std::byte> CreateAccount(std::uint64_t account);
  std::span<const std::byte> Deposit(std::uint64_t account, std::uint32_t asset,
                                     std::int64_t amount, std::uint64_t source,
                                     std::uint64_t number);

  std::span<const std::byte> Query(QueryKind kind, std::uint32_t symbol = 0,
                                   const OrderRef& order = {}, std::uint64_t after_order_id = 0);
  // kind as in sbe::MarketDataKind: 1 trades, 2 depth, 3 orders.
  std::span<const std::byte> Subscribe(std::uint32_t symbol, std::uint8_t kind);

 private:
  template <class Codec>
  Codec Begin();
  template <class Codec>
  Codec BeginCommand();
  template <class Codec>
  std::span<const std::byte> End(Codec& codec) const;

  RequestId request_id_;
  std::uint64_t step_ = 1;
  std::array<std::byte, limits::kMaxCommandBytes> buffer_{};
};

}  // namespace lockstep
