#include "gateway/sbe/frame_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "protocol/entry.h"

namespace lockstep {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kMax = 64;

Bytes Frame(std::size_t message_bytes, std::byte fill) {
  Bytes frame(kFrameHeaderBytes + message_bytes, fill);
  WriteFrameHeader(frame.data(), message_bytes);
  return frame;
}

Bytes ThreeFrames() {
  Bytes stream;
  for (const Bytes& frame : {Frame(kMessageHeaderBytes, std::byte{1}), Frame(40, std::byte{2}),
                             Frame(kMax - kFrameHeaderBytes, std::byte{3})}) {
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  return stream;
}

// Feeds `stream` cut at `cuts`; returns the messages.
std::vector<Bytes> Parse(Bytes stream, const std::vector<std::size_t>& cuts, FrameError& error) {
  FrameParser parser(kMax);
  std::vector<Bytes> messages;
  std::size_t at = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i == cuts.size() ? stream.size() : cuts[i];
    error = parser.Feed(std::span(stream).subspan(at, end - at), [&](std::span<std::byte> message) {
      messages.emplace_back(message.begin(), message.end());
      std::ranges::fill(message, std::byte{0xEE});  // a handler may write where the message lies
      return true;
    });
    at = end;
  }
  return messages;
}

TEST(FrameParser, EverySplitInThreeGivesTheSameMessages) {
  const Bytes stream = ThreeFrames();
  FrameError error = FrameError::kNone;
  const std::vector<Bytes> whole = Parse(stream, {}, error);
  ASSERT_EQ(whole.size(), 3U);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ASSERT_EQ(Parse(stream, {first, second}, error), whole) << first << " " << second;
      ASSERT_EQ(error, FrameError::kNone);
    }
  }
}

TEST(FrameParser, ByteByByte) {
  const Bytes stream = ThreeFrames();
  std::vector<std::size_t> cuts(stream.size());
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    cuts[i] = i;
  }
  FrameError error = FrameError::kNone;
  EXPECT_EQ(Parse(stream, cuts, error).size(), 3U);
}

struct BadHeader {
  std::array<unsigned char, 6> bytes;
  FrameError error;
};

TEST(FrameParser, BadHeadersAreNamedAtEverySplit) {
  const BadHeader cases[] = {
      {{0, 0, 0, 0, 0xEB, 0x50}, FrameError::kTooShort},
      {{0, 0, 0, 13, 0xEB, 0x50}, FrameError::kTooShort},
      {{0, 0, 0, 65, 0xEB, 0x50}, FrameError::kTooLarge},
      {{0xFF, 0xFF, 0xFF, 0xFF, 0xEB, 0x50}, FrameError::kTooLarge},
      {{0, 0, 0, 20, 0x50, 0xEB}, FrameError::kWrongEncoding},
      {{'G', 'E', 'T', ' ', '/', ' '}, FrameError::kWrongEncoding},
  };
  for (const BadHeader& bad : cases) {
    Bytes stream = ThreeFrames();
    const auto header = std::as_bytes(std::span(bad.bytes));
    stream.insert(stream.end(), header.begin(), header.end());
    stream.resize(stream.size() + 100);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      FrameError error = FrameError::kNone;
      EXPECT_EQ(Parse(stream, {cut}, error).size(), 3U);
      EXPECT_EQ(error, bad.error);
    }
  }
}

TEST(FrameParser, StaysWrong) {
  FrameParser parser(kMax);
  Bytes bad(6, std::byte{0});
  const auto none = [](std::span<std::byte>) { return true; };
  EXPECT_EQ(parser.Feed(bad, none), FrameError::kWrongEncoding);
  Bytes good = ThreeFrames();
  std::size_t messages = 0;
  EXPECT_EQ(parser.Feed(good, [&](std::span<std::byte>) { return ++messages != 0; }),
            FrameError::kWrongEncoding);
  EXPECT_EQ(messages, 0U);
}

TEST(FrameParser, HoldsNoMoreThanOneMessage) {
  FrameParser parser(kMax);
  Bytes stream = ThreeFrames();
  const auto none = [](std::span<std::byte>) { return true; };
  for (std::byte& byte : stream) {
    ASSERT_EQ(parser.Feed(std::span(&byte, 1), none), FrameError::kNone);
    ASSERT_LE(parser.PartialBytes(), kMax);
  }
}

TEST(FrameParser, StopsWhenTheHandlerSaysSo) {
  FrameParser parser(kMax);
  Bytes stream = ThreeFrames();
  std::size_t messages = 0;
  const FrameError error =
      parser.Feed(stream, [&](std::span<std::byte>) { return ++messages < 2; });
  EXPECT_EQ(error, FrameError::kNone);
  EXPECT_EQ(messages, 2U);
}

}  // namespace
}  // namespace lockstep
