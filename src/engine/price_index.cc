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

// The sorted kinds (Node4, Node16) share their code, but for the search of a byte among theirs,
// which a Node16 does for all sixteen at once where the processor can.
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

#ifdef __SSE2__
template <>
std::uint32_t MaskEqual(const Node16& node, std::uint8_t byte) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.bytes));
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(byte));
  const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted)));
  return mask & ((1U << node.header.count) - 1);
}

template <>
std::uint32_t MaskBelow(const Node16& node, std::uint8_t byte) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.bytes));
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(byte));
  // Unsigned x < y: the larger of both is y, and they are not equal.
  const __m128i not_above = _mm_cmpeq_epi8(_mm_max_epu8(bytes, wanted), wanted);
  const __m128i equal = _mm_cmpeq_epi8(bytes, wanted);
  const auto mask =
      static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_andnot_si128(equal, not_above)));
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

NodeRef PriceIndex::LowerChild(NodeRef node, std::uint8_t byte) const {
  switch (node.kind()) {
    case NodeRef::kNode4: {
      const Node4& inner = pools_->node4[node.slot()];
      const int below = CountBelow(inner, byte);
      return below == 0 ? NodeRef() : inner.children[below - 1];
    }
    case NodeRef::kNode16: {
      const Node16& inner = pools_->node16[node.slot()];
      const int below = CountBelow(inner, byte);
      return below == 0 ? NodeRef() : inner.children[below - 1];
    }
    case NodeRef::kNode48: {
      const Node48& inner = pools_->node48[node.slot()];
      const int at = PreviousBit(inner.present, byte);
      return at < 0 ? NodeRef() : inner.children[inner.position[at]];
    }
    default: {
      const Node256& inner = pools_->node256[node.slot()];
      const int at = PreviousBit(inner.present, byte);
      return at < 0 ? NodeRef() : inner.children[at];
    }
  }
}

std::uint32_t PriceIndex::Highest(NodeRef node) const {
  while (true) {
    switch (node.kind()) {
      case NodeRef::kLevel:
        return node.slot();
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
      case NodeRef::kNode256: {
        const Node256& inner = pools_->node256[node.slot()];
        node = inner.children[HighestBit(inner.present)];
        break;
      }
      default:
        return 0;
    }
  }
}

PriceIndex::Located PriceIndex::Locate(const PriceIndexRoot& tree, std::int64_t price) const {
  const auto key = static_cast<std::uint64_t>(price);
  // The path so far: only where it ends without an answer are the next lower subtrees looked for
  // along it.
  NodeRef path[sizeof(key)];
  int depth = 0;
  NodeRef node = tree.root;
  while (!node.IsNone()) {
    if (node.kind() == NodeRef::kLevel) {
      const std::uint64_t found = KeyOf(node.slot());
      if (found == key) {
        return {node.slot(), 0};
      }
      if (found < key) {
        return {0, node.slot()};
      }
      break;
    }
    const NodeHeader& header = HeaderOf(node);
    const std::uint64_t prefix = PrefixOf(key, header.shift);
    if (prefix != header.prefix) {
      if (header.prefix < prefix) {
        return {0, Highest(node)};
      }
      break;
    }
    path[depth++] = node;
    const NodeRef* child = FindChild(node, ByteAt(key, header.shift));
    node = child == nullptr ? NodeRef() : *child;
  }
  while (depth > 0) {
    const NodeRef inner = path[--depth];
    const NodeRef lower = LowerChild(inner, ByteAt(key, HeaderOf(inner).shift));
    if (!lower.IsNone()) {
      return {0, Highest(lower)};
    }
  }
  return {0, 0};
}

void PriceIndex::Insert(PriceIndexRoot& tree, std::uint32_t level) {
  const std::uint64_t key = KeyOf(level);
  NodeRef* node = &tree.root;
  while (true) {
    if (node->IsNone()) {
      *node = NodeRef(NodeRef::kLevel, level);
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
    const std::uint8_t byte = ByteAt(key, header.shift);
    NodeRef* child = FindChild(*node, byte);
    if (child == nullptr) {
      AddChild(node, byte, NodeRef(NodeRef::kLevel, level));
      return;
    }
    node = child;
  }
}

void PriceIndex::Erase(PriceIndexRoot& tree, std::uint32_t level) {
  const std::uint64_t key = KeyOf(level);
  NodeRef* node = &tree.root;
  NodeRef* parent = nullptr;
  std::uint8_t parent_byte = 0;
  while (node->kind() != NodeRef::kLevel) {
    parent = node;
    parent_byte = ByteAt(key, HeaderOf(*node).shift);
    node = FindChild(*node, parent_byte);
    LOCKSTEP_DEBUG_ASSERT(node != nullptr);
  }
  LOCKSTEP_DEBUG_ASSERT(node->slot() == level);
  if (parent == nullptr) {
    tree.root = NodeRef();
  } else {
    RemoveChild(parent, parent_byte);
  }
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
  return NodeRef(NodeRef::kNode4, slot);
}

void PriceIndex::AddChild(NodeRef* node, std::uint8_t byte, NodeRef child) {
  switch (node->kind()) {
    case NodeRef::kNode4: {
      Node4& small = pools_->node4[node->slot()];
      if (small.header.count < 4) {
        InsertSorted(small, byte, child);
        return;
      }
      const std::uint32_t slot = pools_->node16.Take();
      Node16& big = pools_->node16[slot];
      big.header = small.header;
      std::memcpy(big.bytes, small.bytes, sizeof(small.bytes));
      std::memcpy(static_cast<void*>(big.children), small.children, sizeof(small.children));
      pools_->node4.Free(node->slot());
      *node = NodeRef(NodeRef::kNode16, slot);
      InsertSorted(big, byte, child);
      return;
    }
    case NodeRef::kNode16: {
      Node16& small = pools_->node16[node->slot()];
      if (small.header.count < 16) {
        InsertSorted(small, byte, child);
        return;
      }
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
      Insert48(big, byte, child);
      return;
    }
    case NodeRef::kNode48: {
      Node48& small = pools_->node48[node->slot()];
      if (small.header.count < 48) {
        Insert48(small, byte, child);
        return;
      }
      const std::uint32_t slot = pools_->node256.Take();
      Node256& big = pools_->node256[slot];
      big.header = small.header;
      std::memcpy(big.present, small.present, sizeof(small.present));
      for (int word = 0; word < 4; ++word) {
        for (std::uint64_t bits = small.present[word]; bits != 0; bits &= bits - 1) {
          const int at = word * 64 + std::countr_zero(bits);
          big.children[at] = small.children[small.position[at]];
        }
      }
      pools_->node48.Free(node->slot());
      *node = NodeRef(NodeRef::kNode256, slot);
      big.children[byte] = child;
      SetBit(big.present, byte);
      ++big.header.count;
      return;
    }
    default: {
      Node256& inner = pools_->node256[node->slot()];
      inner.children[byte] = child;
      SetBit(inner.present, byte);
      ++inner.header.count;
      return;
    }
  }
}

void PriceIndex::RemoveChild(NodeRef* node, std::uint8_t byte) {
  switch (node->kind()) {
    case NodeRef::kNode4: {
      Node4& inner = pools_->node4[node->slot()];
      RemoveSorted(inner, byte);
      if (inner.header.count == 1) {  // the prefix of a child is whole, so the node can simply go
        const NodeRef only = inner.children[0];
        pools_->node4.Free(node->slot());
        *node = only;
      }
      return;
    }
    case NodeRef::kNode16: {
      Node16& big = pools_->node16[node->slot()];
      RemoveSorted(big, byte);
      if (big.header.count > kShrink16) {
        return;
      }
      const std::uint32_t slot = pools_->node4.Take();
      Node4& small = pools_->node4[slot];
      small.header = big.header;
      for (int i = 0; i < big.header.count; ++i) {
        small.bytes[i] = big.bytes[i];
        small.children[i] = big.children[i];
      }
      pools_->node16.Free(node->slot());
      *node = NodeRef(NodeRef::kNode4, slot);
      return;
    }
    case NodeRef::kNode48: {
      Node48& big = pools_->node48[node->slot()];
      big.free_positions |= std::uint64_t{1} << big.position[byte];
      ClearBit(big.present, byte);
      if (--big.header.count > kShrink48) {
        return;
      }
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
      return;
    }
    default: {
      Node256& big = pools_->node256[node->slot()];
      ClearBit(big.present, byte);
      if (--big.header.count > kShrink256) {
        return;
      }
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
      return;
    }
  }
}

}  // namespace lockstep
