// Commands as bytes, for tests: one struct for each, with defaults that make a good one, and its
// bytes.
//
//   Bytes(NewOrder{.account = 1, .price = 100, .quantity = 5})
//
// Enums may hold any byte. Threads: free of state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lockstep::testing {

using Command = std::vector<std::byte>;  // one SBE message with its message header

// What a CommandHeader says beyond the account.
struct Origin {
  std::uint64_t request_high = 0;
  std::uint64_t request_low = 0;
  std::uint64_t session = 0;
  std::uint16_t node = 0;
  std::int64_t received_ns = 0;
};

// Values of the schema's enums, as they go on the wire.
inline constexpr std::uint8_t kBuy = 1;
inline constexpr std::uint8_t kSell = 2;
inline constexpr std::uint8_t kLimit = 1;
inline constexpr std::uint8_t kMarket = 2;
inline constexpr std::uint8_t kLimitMaker = 3;
inline constexpr std::uint8_t kGtc = 1;
inline constexpr std::uint8_t kIoc = 2;
inline constexpr std::uint8_t kFok = 3;
inline constexpr std::uint8_t kTrading = 1;

struct NewOrder {
  std::uint64_t account = 1;
  std::uint32_t symbol = 1;
  std::uint8_t side = kBuy;
  std::uint8_t type = kLimit;
  std::uint8_t time_in_force = kGtc;
  std::uint8_t stp = 0;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t quote_quantity = 0;
  std::string client_order_id{};
  Origin origin{};
};

struct CancelOrder {
  std::uint64_t account = 1;
  std::uint32_t symbol = 1;
  std::uint64_t order_id = 0;
  std::string orig_client_order_id{};
  std::string client_order_id{};
  Origin origin{};
};

struct CancelAll {
  std::uint64_t account = 1;
  std::uint32_t symbol = 0;
  std::uint8_t reason = 0;
  Origin origin{};
};

struct AmendOrder {
  std::uint64_t account = 1;
  std::uint32_t symbol = 1;
  std::uint64_t order_id = 0;
  std::int64_t new_quantity = 0;
  std::string orig_client_order_id{};
  std::string client_order_id{};
  Origin origin{};
};

struct ReplaceOrder {
  std::uint64_t account = 1;
  std::uint32_t symbol = 1;
  std::uint64_t order_id = 0;
  std::int64_t new_price = 0;
  std::int64_t new_quantity = 0;
  std::string orig_client_order_id{};
  Origin origin{};
};

struct CancelReplace {
  NewOrder order{};
  std::uint64_t cancel_order_id = 0;
  std::string cancel_client_order_id{};
  std::uint8_t mode = 0;
};

struct CreateAsset {
  std::uint32_t asset = 1;
  std::string name{};  // at most 16 characters
  std::uint8_t scale = 8;
  Origin origin{};
};

// 0 switches a filter off.
struct SymbolRules {
  std::int32_t maker_fee_ppm = 0;
  std::int32_t taker_fee_ppm = 0;
  std::int64_t min_price = 0;
  std::int64_t max_price = 0;
  std::int64_t tick_multiple = 0;
  std::int64_t min_quantity = 0;
  std::int64_t max_quantity = 0;
  std::int64_t lot_multiple = 0;
  std::int64_t min_notional = 0;
  std::int64_t max_notional = 0;
  std::uint32_t bid_up_ppm = 0;
  std::uint32_t bid_down_ppm = 0;
  std::uint32_t ask_up_ppm = 0;
  std::uint32_t ask_down_ppm = 0;
  std::uint32_t max_open_orders = 0;
};

struct CreateSymbol {
  std::uint32_t symbol = 1;
  std::string name{};  // at most 16 characters
  std::uint32_t base_asset = 1;
  std::uint32_t quote_asset = 2;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  std::uint8_t status = kTrading;
  SymbolRules rules{};
  Origin origin{};
};

struct SetSymbolStatus {
  std::uint32_t symbol = 1;
  std::uint8_t status = kTrading;
  Origin origin{};
};

struct SetSymbolRules {
  std::uint32_t symbol = 1;
  SymbolRules rules{};
  Origin origin{};
};

struct CreateAccount {
  std::uint64_t target = 1;
  Origin origin{};
};

struct SetAccountStatus {
  std::uint64_t target = 1;
  std::uint8_t status = 1;  // ACTIVE
  Origin origin{};
};

struct MoveFunds {
  std::uint64_t target = 1;
  std::uint32_t asset = 1;
  std::int64_t amount = 0;
  std::uint64_t source = 1;
  std::uint64_t number = 0;
  bool withdraw = false;
  Origin origin{};
};

struct Tick {
  Origin origin{};
};

struct Query {
  std::uint64_t account = 1;
  std::uint8_t kind = 0;
  std::uint32_t symbol = 0;
  std::uint64_t order_id = 0;
  std::uint64_t after_order_id = 0;
  std::uint32_t max_rows = 0;
  std::string orig_client_order_id{};
  Origin origin{};
};

[[nodiscard]] Command Bytes(const NewOrder& command);
[[nodiscard]] Command Bytes(const CancelOrder& command);
[[nodiscard]] Command Bytes(const CancelAll& command);
[[nodiscard]] Command Bytes(const AmendOrder& command);
[[nodiscard]] Command Bytes(const ReplaceOrder& command);
[[nodiscard]] Command Bytes(const CancelReplace& command);
[[nodiscard]] Command Bytes(const CreateAsset& command);
[[nodiscard]] Command Bytes(const CreateSymbol& command);
[[nodiscard]] Command Bytes(const SetSymbolStatus& command);
[[nodiscard]] Command Bytes(const SetSymbolRules& command);
[[nodiscard]] Command Bytes(const CreateAccount& command);
[[nodiscard]] Command Bytes(const SetAccountStatus& command);
[[nodiscard]] Command Bytes(const MoveFunds& command);
[[nodiscard]] Command Bytes(const Tick& command);
[[nodiscard]] Command Bytes(const Query& command);

// A log entry of these commands. Requires that they fit into limits::kMaxBatchBytes.
[[nodiscard]] std::vector<std::byte> Entry(std::span<const Command> commands);

}  // namespace lockstep::testing
