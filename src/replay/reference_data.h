// The assets and symbols of a running exchange, as its reference data says, and the means to add to
// them.
//
// Threads: one at a time. Errors are those of SbeClient; kInvalidArgument also when the exchange
// rejects a command.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/status.h"
#include "client/command_builder.h"
#include "client/sbe_client.h"

namespace lockstep {

struct AssetInfo {
  std::uint32_t asset = 0;
  std::uint8_t scale = 0;
};

struct SymbolInfo {
  std::uint32_t symbol = 0;
  std::uint32_t base_asset = 0;
  std::uint32_t quote_asset = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  std::uint8_t base_scale = 0;
  std::uint8_t quote_scale = 0;
};

struct ReferenceData {
  std::map<std::string, AssetInfo> assets;
  std::map<std::string, SymbolInfo> symbols;
  std::int64_t position = 0;  // of the last applied log entry
  std::uint64_t digest = 0;   // of the whole state at `position`
};

[[nodiscard]] Result<ReferenceData> QueryReferenceData(SbeClient& client, CommandBuilder& commands);

// What a tape needs of the exchange.
struct MarketWish {
  std::string symbol;  // such as GOOGUSD
  std::string base;    // such as GOOG
  std::string quote;   // such as USD
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
};

// The symbol, after creating it and its assets when they are missing (without fees or filters).
// kInvalidArgument when the symbol exists with fewer decimals than the tape has. `client` is logged
// on as admin.
[[nodiscard]] Result<SymbolInfo> EnsureMarket(SbeClient& client, CommandBuilder& commands,
                                              const MarketWish& wish);

// Gives `account` a thousand million units of both assets of the symbol, once for each symbol and
// account however often it is asked: the deposits' source is the symbol, their number the account
// and side.
[[nodiscard]] Status FundAccount(SbeClient& client, CommandBuilder& commands,
                                 const SymbolInfo& symbol, std::uint64_t account,
                                 std::uint64_t first_number);

}  // namespace lockstep
