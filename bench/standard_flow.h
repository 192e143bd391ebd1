// The standard order flow (a tape of commands on one symbol, used to compare engines): reading it,
// and turning it into log entries of ours.
//
// File: 64-byte header "PEERFLW1", then 32-byte records, little-endian; plain or compressed with
// zstd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace lockstep {

struct FlowRecord {
  std::uint8_t type;  // 1 limit, 2 immediate-or-cancel, 3 cancel, 4 move, 5 reduce
  std::uint8_t side;  // 0 ask, 1 bid
  std::uint16_t reserved;
  std::uint32_t owner;     // 1 to 1,000
  std::uint64_t order_id;  // dense, from 1, in order of placing: the same that our engine gives
  std::int64_t price;
  std::int64_t quantity;
};
static_assert(sizeof(FlowRecord) == 32);

struct StandardFlow {
  std::vector<FlowRecord> records;
  std::size_t prefill = 0;  // records that only build the book
};

[[nodiscard]] Result<StandardFlow> ReadStandardFlow(const std::string& path);

// Log entries, one after the other in one block.
struct EncodedEntries {
  std::vector<std::byte> bytes;
  std::vector<std::size_t> offsets;  // entry i is bytes[offsets[i], offsets[i + 1])
  std::vector<std::uint32_t> commands;
};

// Commands that create the market (symbol 1, 1,000 funded accounts).
[[nodiscard]] EncodedEntries EncodeMarket(std::uint32_t accounts);

// Records [from, to) as entries of at most `batch_bytes` each; 0: one command in each entry.
[[nodiscard]] EncodedEntries EncodeFlow(const StandardFlow& flow, std::size_t from, std::size_t to,
                                        std::size_t batch_bytes);

}  // namespace lockstep
