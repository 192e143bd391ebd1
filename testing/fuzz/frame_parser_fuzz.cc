// However a stream is cut into reads, the parser finds the same messages and the same error, and
// holds no more than one message. Input: one byte that chooses the cuts, then the stream.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "gateway/gateway_limits.h"
#include "gateway/sbe/frame_parser.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

using Bytes = std::vector<std::byte>;

struct Outcome {
  std::vector<Bytes> messages;
  FrameError error = FrameError::kNone;

  bool operator==(const Outcome&) const = default;
};

// Cuts of 1 to `longest` bytes, drawn from `seed`; 0: no cut.
Outcome Parse(Bytes stream, std::size_t longest, std::uint32_t seed) {
  const std::size_t max_bytes = GatewayLimits{}.max_inbound_message_bytes;
  FrameParser parser(max_bytes);
  Outcome outcome;
  for (std::size_t at = 0; at < stream.size();) {
    seed = seed * 1'664'525 + 1'013'904'223;
    const std::size_t rest = stream.size() - at;
    const std::size_t length = longest == 0 ? rest : std::min(rest, 1 + (seed >> 8U) % longest);
    outcome.error = parser.Feed(std::span(stream).subspan(at, length), [&](std::span<std::byte> m) {
      LOCKSTEP_ASSERT(m.size() >= kMessageHeaderBytes && m.size() + kFrameHeaderBytes <= max_bytes);
      outcome.messages.emplace_back(m.begin(), m.end());
      std::ranges::fill(m, std::byte{0xEE});
      return true;
    });
    LOCKSTEP_ASSERT(parser.PartialBytes() <= max_bytes);
    at += length;
  }
  return outcome;
}

}  // namespace
}  // namespace lockstep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const lockstep::Bytes stream(first + 1, first + size);
  const lockstep::Outcome whole = lockstep::Parse(stream, 0, 0);
  const std::size_t longest = 1 + data[0] % 32U;
  LOCKSTEP_ASSERT(lockstep::Parse(stream, longest, data[0]) == whole);
  LOCKSTEP_ASSERT(lockstep::Parse(stream, 1, 0) == whole);
  return 0;
}
