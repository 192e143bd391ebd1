// A number that names one kind of thing: an OrderId cannot be passed where an AccountId is wanted.
//
// Shape: exactly the representation, no padding. 0 means "none" for every id of this project.
// Conversions are explicit both ways; ids are ordered so that they can be keys.
#pragma once

#include <compare>
#include <cstdint>

namespace lockstep {

template <class Tag, class Rep>
class StrongId {
 public:
  using rep = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  [[nodiscard]] constexpr bool IsNone() const { return value_ == 0; }

  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Rep value_ = 0;
};

using AccountId = StrongId<struct AccountIdTag, std::uint64_t>;
using SymbolId = StrongId<struct SymbolIdTag, std::uint32_t>;
using AssetId = StrongId<struct AssetIdTag, std::uint32_t>;
using OrderId = StrongId<struct OrderIdTag, std::uint64_t>;  // per symbol, below 2^53
using TradeId = StrongId<struct TradeIdTag, std::uint64_t>;  // per symbol, below 2^53
using SessionId = StrongId<struct SessionIdTag, std::uint64_t>;
using NodeId = StrongId<struct NodeIdTag, std::uint16_t>;

// A client's name for one request; a retry with the same value is the same request. {0,0}: not
// given.
struct RequestId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  [[nodiscard]] constexpr bool IsNone() const { return (high | low) == 0; }
  friend constexpr bool operator==(const RequestId&, const RequestId&) = default;
};

}  // namespace lockstep
