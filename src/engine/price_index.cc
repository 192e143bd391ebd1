#include "engine/price_index.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstring>

#include "base/assert.h"

namespace lockstep {
namespace {

// Children after which a node shrinks to the next smaller kind.
constexpr int kShrink16 = 3;
constexpr int kShrink48 = 12;
constexpr int kShrink256 = 36;

std::uint8_t ByteAt(std::uint64_t key, std::uint8_t shift) {
  return static_cast<std::uint8_t>(key >> shift);
}

// Two steps, because a shift by 64 is undefined.
std::uint64_t PrefixOf(std::uint64_t key, std::uint8_t shift) { return (key >> shift) >> 8; }

// The highest set bit below `byte` in a 256-bit set; -1: none.
int PreviousBit(const std::uint64_t (&bits)[4], int byte) {
  int word = byte >> 6;
  std::uint64_t masked = bits[word] & ((std::uint64_t{1} << (byte & 63)) - 1);
  while (masked == 0) {
    if (--word < 0) {
      return -1;
    }
    masked = bits[word];
  }
  return word * 64 + 63 - std::countl_zero(masked);
}

int HighestBit(const std::uint64_t (&bits)[4]) {
  for (int word = 3; word >= 0; --word) {
    if (bits[word] != 0) {
      return word * 64 + 63 - std::countl_zero(bits[word]);
    }
  }
  return -1;
}

bool HasBit(const std::uint64_t (&bits)[4], std::uint8_t byte) {
  return (bits[byte >> 6] >> (byte & 63) & 1) != 0;
}
void SetBit(std::uint64_t (&bits)[4], std::uint8_t byte) {
  bits[byte >> 6] |= std::uint64_t{1} << (byte & 63);
}
void ClearBit(std::uint64_t (&bits)[4], std::uint8_t byte) {
  bits[byte >> 6] &= ~(std::uint64_t{1} << (byte & 63));
}

int NextBit(const std::uint64_t (&bits)[4], int byte) {
  int word = byte >> 6;
  std::uint64_t masked = bits[word] & ~std::uint64_t{1} << (byte & 63);
  while (masked == 0) {
    if (++word > 3) {
      return -1;
    }
    masked = bits[word];
  }
  return word * 64 + std::countr_zero(masked);
}

int LowestBit(const std::uint64_t (&bits)[4]) { return HasBit(bits, 0) ? 0 : NextBit(bits, 0); }

// The sorted kinds (Node4, Node16) share their code, but for the search of a byte among theirs,
// which is done for all of them at once where the processor can.
#ifdef __SSE2__
__m128i BytesOf(const Node4& node) {
  std::int32_t bytes = 0;
  std::memcpy(&bytes, node.bytes, sizeof(bytes));
  return _mm_cvtsi32_si128(bytes);
}
__m128i BytesOf(const Node16& node) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.bytes));
}

template <class Node>
std::uint32_t MaskEqual(const Node& node, std::uint8_t byte) {
  const __m128i equal = _mm_cmpeq_epi8(BytesOf(node), _mm_set1_epi8(static_cast<char>(byte)));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(equal)) & ((1U << node.header.count) - 1);
}

template <class Node>
std::uint32_t MaskBelow(const Node& node, std::uint8_t byte) {
  const __m128i bytes = BytesOf(node);
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(byte));
  // Unsigned x >= y: the larger of both is x.
  const __m128i not_below = _mm_cmpeq_epi8(_mm_max_epu8(bytes, wanted), bytes);
  return ~static_cast<std::uint32_t>(_mm_movemask_epi8(not_below)) &
         ((1U << node.header.count) - 1);
}
#else
template <class Node>
std::uint32_t MaskEqual(const Node& node, std::uint8_t byte) {
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < sizeof(node.bytes); ++i) {
    mask |= static_cast<std::uint32_t>(node.bytes[i] == byte) << i;
  }
  return mask & ((1U << node.header.count) - 1);
}

template <class Node>
std::uint32_t MaskBelow(const Node& node, std::uint8_t byte) {
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < sizeof(node.bytes); ++i) {
    mask |= static_cast<std::uint32_t>(node.bytes[i] < byte) << i;
  }
  return mask & ((1U << node.header.count) - 1);
}
#endif

template <class Node>
int PositionOf(const Node& node, std::uint8_t byte) {
  const std::uint32_t mask = MaskEqual(node, byte);
  return mask == 0 ? -1 : std::countr_zero(mask);
}

template <class Node>
int CountBelow(const Node& node, std::uint8_t byte) {
  return std::popcount(MaskBelow(node, byte));
}

template <class Node>
void InsertSorted(Node& node, std::uint8_t byte, NodeRef child) {
  const int at = CountBelow(node, byte);
  for (int i = node.header.count; i > at; --i) {
    node.bytes[i] = node.bytes[i - 1];
    node.children[i] = node.children[i - 1];
  }
  node.bytes[at] = byte;
  node.children[at] = child;
  ++node.header.count;
}

template <class Node>
void RemoveSorted(Node& node, std::uint8_t byte) {
  const int at = PositionOf(node, byte);
  --node.header.count;
  for (int i = at; i < node.header.count; ++i) {
    node.bytes[i] = node.bytes[i + 1];
    node.children[i] = node.children[i + 1];
  }
}

void Insert48(Node48& node, std::uint8_t byte, NodeRef child) {
  const int position = std::countr_zero(node.free_positions);
  node.free_positions &= node.free_positions - 1;
  node.position[byte] = static_cast<std::uint8_t>(position);
  node.children[position] = child;
  SetBit(node.present, byte);
  ++node.header.count;
}

void Remove48(Node48& node, std::uint8_t byte) {
  node.free_positions |= std::uint64_t{1} << node.position[byte];
  ClearBit(node.present, byte);
  --node.header.count;
}

void Insert256(Node256& node, std::uint8_t byte, NodeRef child) {
  node.children[byte] = child;
  SetBit(node.present, byte);
  ++node.header.count;
}

void Remove256(Node256& node, std::uint8_t byte) {
  ClearBit(node.present, byte);
  --node.header.count;
}

// What stands next to a missing byte. A node has at least two children, so there is always one.
struct Neighbours {
  NodeRef lower;
  NodeRef higher;  // only set when there is no lower one
};

template <class Node>
Neighbours SortedNeighbours(const Node& node, std::uint8_t byte) {
  const int below = CountBelow(node, byte);
  return below != 0 ? Neighbours{node.children[below - 1], {}} : Neighbours{{}, node.children[0]};
}

}  // namespace

std::size_t NodePools::ArenaBytes(std::size_t max_levels) {
  return SlotPool<Node4>::ArenaBytes(max_levels) + SlotPool<Node16>::ArenaBytes(max_levels / 3) +
         SlotPool<Node48>::ArenaBytes(max_levels / 12) +
         SlotPool<Node256>::ArenaBytes(max_levels / 36);
}

// A tree of n leaves has fewer than n inner nodes, and a kind exists only while it has more
// children than its shrink limit.
NodePools::NodePools(Arena& arena, std::size_t max_levels)
    : node4(arena, max_levels),
      node16(arena, max_levels / 3),
      node48(arena, max_levels / 12),
      node256(arena, max_levels / 36) {}

void NodePools::Reset() {
  node4.Reset();
  node16.Reset();
  node48.Reset();
  node256.Reset();
}

const NodeHeader& PriceIndex::HeaderOf(NodeRef node) const {
  switch (node.kind()) {
    case NodeRef::kNode4:
      return pools_->node4[node.slot()].header;
    case NodeRef::kNode16:
      return pools_->node16[node.slot()].header;
    case NodeRef::kNode48:
      return pools_->node48[node.slot()].header;
    default:
      return pools_->node256[node.slot()].header;
  }
}

NodeRef* PriceIndex::FindChild(NodeRef node, std::uint8_t byte) const {
  switch (node.kind()) {
    case NodeRef::kNode4: {
      Node4& inner = pools_->node4[node.slot()];
      const int at = PositionOf(inner, byte);
      return at < 0 ? nullptr : &inner.children[at];
    }
    case NodeRef::kNode16: {
      Node16& inner = pools_->node16[node.slot()];
      const int at = PositionOf(inner, byte);
      return at < 0 ? nullptr : &inner.children[at];
    }
    case NodeRef::kNode48: {
      Node48& inner = pools_->node48[node.slot()];
      return HasBit(inner.present, byte) ? &inner.children[inner.position[byte]] : nullptr;
    }
    default: {
      Node256& inner = pools_->node256[node.slot()];
      return HasBit(inner.present, byte) ? &inner.children[byte] : nullptr;
    }
  }
}

PriceIndex::Place PriceIndex::PlaceBeside(NodeRef node, std::uint8_t byte) const {
  Neighbours found;
  switch (node.kind()) {
    case NodeRef::kNode4:
      found = SortedNeighbours(pools_->node4[node.slot()], byte);
      break;
    case NodeRef::kNode16:
      found = SortedNeighbours(pools_->node16[node.slot()], byte);
      break;
    case NodeRef::kNode48: {
      const Node48& inner = pools_->node48[node.slot()];
      const int lower = PreviousBit(inner.present, byte);
      if (lower >= 0) {
        found.lower = inner.children[inner.position[lower]];
      } else {
        found.higher = inner.children[inner.position[NextBit(inner.present, byte)]];
      }
      break;
    }
    default: {
      const Node256& inner = pools_->node256[node.slot()];
      const int lower = PreviousBit(inner.present, byte);
      if (lower >= 0) {
        found.lower = inner.children[lower];
      } else {
        found.higher = inner.children[NextBit(inner.present, byte)];
      }
      break;
    }
  }
  return found.higher.IsNone() ? Place{0, Highest(found.lower), 0, node}
                               : Place{0, 0, Lowest(found.higher), node};
}

std::uint32_t PriceIndex::Highest(NodeRef node) const {
  while (node.kind() != NodeRef::kLevel) {
    switch (node.kind()) {
      case NodeRef::kNode4: {
        const Node4& inner = pools_->node4[node.slot()];
        node = inner.children[inner.header.count - 1];
        break;
      }
      case NodeRef::kNode16: {
        const Node16& inner = pools_->node16[node.slot()];
        node = inner.children[inner.header.count - 1];
        break;
      }
      case NodeRef::kNode48: {
        const Node48& inner = pools_->node48[node.slot()];
        node = inner.children[inner.position[HighestBit(inner.present)]];
        break;
      }
      default: {
        const Node256& inner = pools_->node256[node.slot()];
        node = inner.children[HighestBit(inner.present)];
        break;
      }
    }
  }
  return node.slot();
}

std::uint32_t PriceIndex::Lowest(NodeRef node) const {
  while (node.kind() != NodeRef::kLevel) {
    switch (node.kind()) {
      case NodeRef::kNode4:
        node = pools_->node4[node.slot()].children[0];
        break;
      case NodeRef::kNode16:
        node = pools_->node16[node.slot()].children[0];
        break;
      case NodeRef::kNode48: {
        const Node48& inner = pools_->node48[node.slot()];
        node = inner.children[inner.position[LowestBit(inner.present)]];
        break;
      }
      default: {
        const Node256& inner = pools_->node256[node.slot()];
        node = inner.children[LowestBit(inner.present)];
        break;
      }
    }
  }
  return node.slot();
}

PriceIndex::Place PriceIndex::Locate(const PriceIndexRoot& tree, std::int64_t price) const {
  const auto key = static_cast<std::uint64_t>(price);
  NodeRef node = tree.root;
  if (node.IsNone()) {
    return {0, 0, 0, {}};
  }
  while (node.kind() != NodeRef::kLevel) {
    const NodeHeader& header = HeaderOf(node);
    const std::uint64_t prefix = PrefixOf(key, header.shift);
    if (prefix != header.prefix) {
      return header.prefix < prefix ? Place{0, Highest(node), 0, {}}
                                    : Place{0, 0, Lowest(node), {}};
    }
    const std::uint8_t byte = ByteAt(key, header.shift);
    const NodeRef* child = FindChild(node, byte);
    if (child == nullptr) {
      return PlaceBeside(node, byte);
    }
    node = *child;
  }
  const std::uint64_t found = KeyOf(node.slot());
  if (found == key) {
    return {node.slot(), 0, 0, {}};
  }
  return found < key ? Place{0, node.slot(), 0, {}} : Place{0, 0, node.slot(), {}};
}

void PriceIndex::Insert(PriceIndexRoot& tree, const Place& place, std::uint32_t level) {
  if (place.node.IsNone() || !AddInPlace(place.node, level)) {
    InsertFromRoot(tree, level);
  }
}

void PriceIndex::Erase(PriceIndexRoot& tree, std::uint32_t level) {
  const NodeRef node = (*levels_)[level].node;
  if (node.IsNone()) {
    tree.root = NodeRef();
  } else if (!RemoveInPlace(node, level)) {
    EraseFromRoot(tree, level);
  }
}

bool PriceIndex::AddInPlace(NodeRef node, std::uint32_t level) {
  const NodeRef child(NodeRef::kLevel, level);
  const NodeHeader& header = HeaderOf(node);
  const std::uint8_t byte = ByteAt(KeyOf(level), header.shift);
  switch (node.kind()) {
    case NodeRef::kNode4:
      if (header.count == 4) {
        return false;
      }
      InsertSorted(pools_->node4[node.slot()], byte, child);
      break;
    case NodeRef::kNode16:
      if (header.count == 16) {
        return false;
      }
      InsertSorted(pools_->node16[node.slot()], byte, child);
      break;
    case NodeRef::kNode48:
      if (header.count == 48) {
        return false;
      }
      Insert48(pools_->node48[node.slot()], byte, child);
      break;
    default:
      Insert256(pools_->node256[node.slot()], byte, child);
      break;
  }
  Adopt(node, child);
  return true;
}

bool PriceIndex::RemoveInPlace(NodeRef node, std::uint32_t level) {
  const NodeHeader& header = HeaderOf(node);
  const std::uint8_t byte = ByteAt(KeyOf(level), header.shift);
  switch (node.kind()) {
    case NodeRef::kNode4:
      if (header.count == 2) {
        return false;
      }
      RemoveSorted(pools_->node4[node.slot()], byte);
      return true;
    case NodeRef::kNode16:
      if (header.count == kShrink16 + 1) {
        return false;
      }
      RemoveSorted(pools_->node16[node.slot()], byte);
      return true;
    case NodeRef::kNode48:
      if (header.count == kShrink48 + 1) {
        return false;
      }
      Remove48(pools_->node48[node.slot()], byte);
      return true;
    default:
      if (header.count == kShrink256 + 1) {
        return false;
      }
      Remove256(pools_->node256[node.slot()], byte);
      return true;
  }
}

void PriceIndex::InsertFromRoot(PriceIndexRoot& tree, std::uint32_t level) {
  const std::uint64_t key = KeyOf(level);
  NodeRef* node = &tree.root;
  while (true) {
    if (node->IsNone()) {
      *node = NodeRef(NodeRef::kLevel, level);
      Adopt(NodeRef(), *node);
      return;
    }
    if (node->kind() == NodeRef::kLevel) {
      *node = Branch(key, level, *node, KeyOf(node->slot()));
      return;
    }
    const NodeHeader& header = HeaderOf(*node);
    if (PrefixOf(key, header.shift) != header.prefix) {
      *node = Branch(key, level, *node, (header.prefix << 8) << header.shift);
      return;
    }
    NodeRef* child = FindChild(*node, ByteAt(key, header.shift));
    if (child == nullptr) {
      if (!AddInPlace(*node, level)) {
        Grow(node);
        AddInPlace(*node, level);
      }
      return;
    }
    node = child;
  }
}

void PriceIndex::EraseFromRoot(PriceIndexRoot& tree, std::uint32_t level) {
  const std::uint64_t key = KeyOf(level);
  const NodeRef holder = (*levels_)[level].node;
  NodeRef* node = &tree.root;
  NodeRef above;
  while (node->slot() != holder.slot() || node->kind() != holder.kind()) {
    above = *node;
    node = FindChild(*node, ByteAt(key, HeaderOf(*node).shift));
    LOCKSTEP_DEBUG_ASSERT(node != nullptr);
  }
  RemoveAndShrink(node, above, ByteAt(key, HeaderOf(*node).shift));
}

// A node of two children at the highest byte in which the keys differ.
NodeRef PriceIndex::Branch(std::uint64_t key, std::uint32_t level, NodeRef other,
                           std::uint64_t other_key) {
  const auto shift = static_cast<std::uint8_t>((63 - std::countl_zero(key ^ other_key)) & ~7);
  const std::uint32_t slot = pools_->node4.Take();
  Node4& node = pools_->node4[slot];
  node.header = {PrefixOf(key, shift), shift, 0, 0};
  InsertSorted(node, ByteAt(key, shift), NodeRef(NodeRef::kLevel, level));
  InsertSorted(node, ByteAt(other_key, shift), other);
  const NodeRef branch(NodeRef::kNode4, slot);
  AdoptAll(branch, node.children, 2);
  return branch;
}

void PriceIndex::Adopt(NodeRef node, NodeRef child) {
  if (child.kind() == NodeRef::kLevel) {
    (*levels_)[child.slot()].node = node;
  }
}

void PriceIndex::AdoptAll(NodeRef node, const NodeRef* children, int count) {
  for (int i = 0; i < count; ++i) {
    Adopt(node, children[i]);
  }
}

// To the next larger kind. Requires a full node of a kind that has one.
void PriceIndex::Grow(NodeRef* node) {
  switch (node->kind()) {
    case NodeRef::kNode4: {
      const Node4& small = pools_->node4[node->slot()];
      const std::uint32_t slot = pools_->node16.Take();
      Node16& big = pools_->node16[slot];
      big.header = small.header;
      std::memcpy(big.bytes, small.bytes, sizeof(small.bytes));
      std::memcpy(static_cast<void*>(big.children), small.children, sizeof(small.children));
      pools_->node4.Free(node->slot());
      *node = NodeRef(NodeRef::kNode16, slot);
      AdoptAll(*node, big.children, 4);
      return;
    }
    case NodeRef::kNode16: {
      const Node16& small = pools_->node16[node->slot()];
      const std::uint32_t slot = pools_->node48.Take();
      Node48& big = pools_->node48[slot];
      big.header = small.header;
      big.header.count = 0;
      std::memset(big.present, 0, sizeof(big.present));
      big.free_positions = (std::uint64_t{1} << 48) - 1;
      for (int i = 0; i < 16; ++i) {
        Insert48(big, small.bytes[i], small.children[i]);
      }
      pools_->node16.Free(node->slot());
      *node = NodeRef(NodeRef::kNode48, slot);
      AdoptAll(*node, big.children, 16);
      return;
    }
    default: {
      LOCKSTEP_DEBUG_ASSERT(node->kind() == NodeRef::kNode48);
      const Node48& small = pools_->node48[node->slot()];
      const std::uint32_t slot = pools_->node256.Take();
      const NodeRef grown(NodeRef::kNode256, slot);
      Node256& big = pools_->node256[slot];
      big.header = small.header;
      std::memcpy(big.present, small.present, sizeof(small.present));
      for (int word = 0; word < 4; ++word) {
        for (std::uint64_t bits = small.present[word]; bits != 0; bits &= bits - 1) {
          const int at = word * 64 + std::countr_zero(bits);
          big.children[at] = small.children[small.position[at]];
          Adopt(grown, big.children[at]);
        }
      }
      pools_->node48.Free(node->slot());
      *node = grown;
      return;
    }
  }
}

void PriceIndex::RemoveAndShrink(NodeRef* node, NodeRef above, std::uint8_t byte) {
  switch (node->kind()) {
    case NodeRef::kNode4: {  // one is left; the prefix of a child is whole, so the node can go
      Node4& inner = pools_->node4[node->slot()];
      RemoveSorted(inner, byte);
      const NodeRef only = inner.children[0];
      pools_->node4.Free(node->slot());
      *node = only;
      Adopt(above, only);
      return;
    }
    case NodeRef::kNode16: {
      Node16& big = pools_->node16[node->slot()];
      RemoveSorted(big, byte);
      const std::uint32_t slot = pools_->node4.Take();
      Node4& small = pools_->node4[slot];
      small.header = big.header;
      std::memcpy(small.bytes, big.bytes, sizeof(small.bytes));
      std::memcpy(static_cast<void*>(small.children), big.children, sizeof(small.children));
      pools_->node16.Free(node->slot());
      *node = NodeRef(NodeRef::kNode4, slot);
      AdoptAll(*node, small.children, kShrink16);
      return;
    }
    case NodeRef::kNode48: {
      Node48& big = pools_->node48[node->slot()];
      Remove48(big, byte);
      const std::uint32_t slot = pools_->node16.Take();
      Node16& small = pools_->node16[slot];
      small.header = big.header;
      small.header.count = 0;
      for (int word = 0; word < 4; ++word) {
        for (std::uint64_t bits = big.present[word]; bits != 0; bits &= bits - 1) {
          const int at = word * 64 + std::countr_zero(bits);
          small.bytes[small.header.count] = static_cast<std::uint8_t>(at);
          small.children[small.header.count++] = big.children[big.position[at]];
        }
      }
      pools_->node48.Free(node->slot());
      *node = NodeRef(NodeRef::kNode16, slot);
      AdoptAll(*node, small.children, kShrink48);
      return;
    }
    default: {
      Node256& big = pools_->node256[node->slot()];
      Remove256(big, byte);
      const std::uint32_t slot = pools_->node48.Take();
      Node48& small = pools_->node48[slot];
      small.header = big.header;
      small.header.count = 0;
      std::memset(small.present, 0, sizeof(small.present));
      small.free_positions = (std::uint64_t{1} << 48) - 1;
      for (int word = 0; word < 4; ++word) {
        for (std::uint64_t bits = big.present[word]; bits != 0; bits &= bits - 1) {
          const int at = word * 64 + std::countr_zero(bits);
          Insert48(small, static_cast<std::uint8_t>(at), big.children[at]);
        }
      }
      pools_->node256.Free(node->slot());
      *node = NodeRef(NodeRef::kNode48, slot);
      AdoptAll(*node, small.children, kShrink256);
      return;
    }
  }
}

}  // namespace lockstep
