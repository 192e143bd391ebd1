// What the sample messages have in common.
#pragma once

#include "base/limits.h"
#include "lockstep_sbe/CommandHeader.h"
#include "lockstep_sbe/EventHeader.h"
#include "lockstep_sbe/ReplyHeader.h"
#include "lockstep_sbe/SymbolFilters.h"
#include "protocol/entry.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {

template <class Codec, class Fill>
SampleMessage Make(const char* name, Fill&& fill) {
  SampleMessage sample{name, std::vector<std::byte>(limits::kMaxEventBytes)};
  auto codec = Encode<Codec>(sample.bytes.data(), sample.bytes.size());
  fill(codec);
  sample.bytes.resize(kMessageHeaderBytes + codec.encodedLength());
  return sample;
}

// As a client sends it: the gateway overwrites all but the request id.
inline void FillCommandHeader(sbe::CommandHeader& header) {
  header.originNode(0).flags(0).reserved(0).originSession(0);
  header.requestIdHigh(0x0123456789abcdef).requestIdLow(0xfedcba9876543210);
  header.account(0).gatewayReceivedNs(0);
}

inline void FillEventHeader(sbe::EventHeader& header) {
  header.position(4'096).timestampNs(1'700'000'000'000'200'000).account(7).symbolSequence(900);
  header.symbol(1).eventIndex(0).commandIndex(0).flags(1).reserved(0);
}

inline void FillReplyHeader(sbe::ReplyHeader& reply) {
  reply.privateSequence(121).originSession(1'700'000'000'000'000'003);
  reply.requestIdHigh(0x0123456789abcdef).requestIdLow(0xfedcba9876543210);
  reply.receivedNs(1'700'000'000'000'100'000).matchedNs(1'700'000'000'000'400'000);
  reply.sentNs(1'700'000'000'000'450'000).originNode(1).reserved16(0).reserved32(0);
}

inline void FillFilters(sbe::SymbolFilters& filters) {
  filters.minPrice(1).maxPrice(100'000'000).tickMultiple(1).minQuantity(1);
  filters.maxQuantity(900'000'000).lotMultiple(1).minNotional(500'000'000).maxNotional(0);
  filters.bidMultiplierUpPpm(5'000'000).bidMultiplierDownPpm(200'000);
  filters.askMultiplierUpPpm(5'000'000).askMultiplierDownPpm(200'000);
  filters.maxOpenOrders(200).reserved(0);
}

}  // namespace lockstep
