// A reference into the pools of a price index: what a node's child is, and which node holds a
// level.
#pragma once

#include <cstdint>

namespace lockstep {

// A child: nothing, a level, or an inner node of one of four sizes; the kind in the top three bits.
class NodeRef {
 public:
  enum Kind : std::uint32_t {
    kNone = 0,
    kLevel = 1,
    kNode4 = 2,
    kNode16 = 3,
    kNode48 = 4,
    kNode256 = 5
  };

  constexpr NodeRef() = default;
  constexpr NodeRef(Kind kind, std::uint32_t slot) : bits_(kind << kShift | slot) {}

  [[nodiscard]] constexpr Kind kind() const { return static_cast<Kind>(bits_ >> kShift); }
  [[nodiscard]] constexpr std::uint32_t slot() const { return bits_ & ((1U << kShift) - 1); }
  [[nodiscard]] constexpr bool IsNone() const { return bits_ == 0; }

 private:
  static constexpr std::uint32_t kShift = 29;
  std::uint32_t bits_ = 0;
};

}  // namespace lockstep
