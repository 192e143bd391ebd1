// From a price to its level, and to the next lower level: an adaptive radix tree (Leis, Kemper,
// Neumann 2013) over the eight bytes of the price.
//
// Shape: inner nodes of 4, 16, 48 or 256 children in pools shared by all books; a node holds the
// whole prefix of its keys (path compression), so a book whose prices differ only in the last two
// bytes is two nodes deep. Nodes grow when full and shrink well below the size they grew from, so
// that a level that comes and goes does not make them flap. A level knows the node that holds it,
// so that it leaves without a search, and joins after one: the tree is descended again only where a
// node changes its kind. Keys: prices in ticks, 0 < price <
// 2^63. Values: level slots, below 2^29. Pools suffice for max_levels levels by construction.
// Threads: the engine's.
#pragma once

#include <cstdint>

#include "engine/arena.h"
#include "engine/node_ref.h"
#include "engine/records.h"
#include "engine/slot_pool.h"

namespace lockstep {

// What every inner node begins with. Its keys agree in all bits above the branching byte; that byte
// is (key >> shift) & 255.
struct NodeHeader {
  std::uint64_t prefix;  // (key >> shift) >> 8 of each key below
  std::uint8_t shift;    // 0, 8, … 56
  std::uint8_t reserved;
  std::uint16_t count;  // children
};

struct Node4 {
  NodeHeader header;
  std::uint8_t bytes[4];  // ascending
  NodeRef children[4];
};
struct Node16 {
  NodeHeader header;
  std::uint8_t bytes[16];  // ascending
  NodeRef children[16];
};
struct Node48 {
  NodeHeader header;
  std::uint64_t present[4];  // a bit for each byte that has a child
  std::uint64_t free_positions;
  std::uint8_t position[256];  // of the byte's child, where present
  NodeRef children[48];
};
struct Node256 {
  NodeHeader header;
  std::uint64_t present[4];
  NodeRef children[256];
};

// The pools of nodes, shared by all books of an engine.
class NodePools {
 public:
  static std::size_t ArenaBytes(std::size_t max_levels);
  NodePools(Arena& arena, std::size_t max_levels);
  void Reset();

  SlotPool<Node4> node4;
  SlotPool<Node16> node16;
  SlotPool<Node48> node48;
  SlotPool<Node256> node256;
};

// One tree: one side of one book. 4 bytes.
struct PriceIndexRoot {
  NodeRef root;
};

class PriceIndex {
 public:
  PriceIndex(NodePools& pools, SlotPool<PriceLevel>& levels) : pools_(&pools), levels_(&levels) {}

  // Where a price stands in the tree, or would: then next to a neighbour, of which the one that is
  // at hand is given, and none in an empty tree.
  struct Place {
    std::uint32_t level;   // with exactly this price; 0: none, and then
    std::uint32_t lower;   // the next lower level, or 0 and
    std::uint32_t higher;  // the next higher level
    NodeRef node;          // where a child is missing for it; none: the tree's shape must change
  };
  [[nodiscard]] Place Locate(const PriceIndexRoot& tree, std::int64_t price) const;

  // Requires that `place` is that of the level's price, which is not in the tree, and that the tree
  // has not changed since.
  void Insert(PriceIndexRoot& tree, const Place& place, std::uint32_t level);
  // Requires that the level is in the tree.
  void Erase(PriceIndexRoot& tree, std::uint32_t level);

 private:
  [[nodiscard]] std::uint64_t KeyOf(std::uint32_t level) const {
    return static_cast<std::uint64_t>((*levels_)[level].price_ticks);
  }
  [[nodiscard]] const NodeHeader& HeaderOf(NodeRef node) const;
  [[nodiscard]] NodeRef* FindChild(NodeRef node, std::uint8_t byte) const;
  [[nodiscard]] Place PlaceBeside(NodeRef node, std::uint8_t byte) const;
  [[nodiscard]] std::uint32_t Highest(NodeRef node) const;
  [[nodiscard]] std::uint32_t Lowest(NodeRef node) const;
  // Both leave a node that is full, or few enough to shrink, as it is and say false.
  bool AddInPlace(NodeRef node, std::uint32_t level);
  bool RemoveInPlace(NodeRef node, std::uint32_t level);
  [[gnu::noinline]] void InsertFromRoot(PriceIndexRoot& tree, std::uint32_t level);
  [[gnu::noinline]] void EraseFromRoot(PriceIndexRoot& tree, std::uint32_t level);
  void Grow(NodeRef* node);
  // `above` is the node that holds *node; none: the root.
  void RemoveAndShrink(NodeRef* node, NodeRef above, std::uint8_t byte);
  NodeRef Branch(std::uint64_t key, std::uint32_t level, NodeRef other, std::uint64_t other_key);
  // Tells a child that is a level which node holds it.
  void Adopt(NodeRef node, NodeRef child);
  void AdoptAll(NodeRef node, const NodeRef* children, int count);

  NodePools* pools_;
  SlotPool<PriceLevel>* levels_;
};

}  // namespace lockstep
