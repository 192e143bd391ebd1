// Every bound that one part relies on another to keep, with the reason for each. Pools are sized
// from these.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep::limits {

// ---- numbers ----
// Decimal places of any asset. 8 is what Binance's dialect prints.
inline constexpr int kMaxScale = 8;
// Counters handed to clients stay exact in a JavaScript double.
inline constexpr std::uint64_t kMaxClientVisibleId = (std::uint64_t{1} << 53) - 1;
// The largest balance, notional or quantity accepted: half of int64, so that the sum of any two
// still fits.
inline constexpr std::int64_t kMaxAmount = INT64_MAX / 2;
inline constexpr std::int64_t kPpm = 1'000'000;
// Fees between -100 % (a rebate) and 100 %.
inline constexpr std::int32_t kMaxFeePpm = 1'000'000;

// ---- messages ----
// Binance's limit for newClientOrderId.
inline constexpr std::size_t kMaxClientOrderIdBytes = 36;
// Largest single command with its message header: CancelReplace is 8 + 104 + 2 × (1 + 36) = 186.
inline constexpr std::size_t kMaxCommandBytes = 256;
// Largest single event: ExecutionReport with two client order ids is 8 + 288 + 2 × 37 = 370.
inline constexpr std::size_t kMaxEventBytes = 512;
// One log entry: what fits unfragmented into Aeron's default MTU of 1,408 (1,344 bytes of payload).
// No single command may exceed the smallest batch limit, so every command can travel alone.
inline constexpr std::size_t kMinBatchBytes = 1'344;
inline constexpr std::size_t kMaxBatchBytes = 8'192;
// Largest message of the binary gateway in either direction; a DepthUpdate or BookSnapshot is split
// to fit.
inline constexpr std::size_t kMaxWireMessageBytes = 16'384;

static_assert(kMaxCommandBytes < kMinBatchBytes);
static_assert(kMinBatchBytes <= kMaxBatchBytes);

// ---- time ----
// A request id is remembered this long by log time: longer than any client's retry deadline.
inline constexpr std::int64_t kRequestMemoryNs = 120'000'000'000;

}  // namespace lockstep::limits
