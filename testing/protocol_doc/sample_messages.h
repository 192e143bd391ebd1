// One of each message of the wire, encoded with the generated codecs, for docs/protocol.md and as
// seeds for the fuzzers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lockstep {

struct SampleMessage {
  std::string name;              // as in the schema
  std::vector<std::byte> bytes;  // with its message header
};

std::vector<SampleMessage> SampleCommands();         // and Query
std::vector<SampleMessage> SampleEvents();           // and the answers to queries
std::vector<SampleMessage> SampleSessionMessages();  // and subscriptions
std::vector<SampleMessage> SampleMarketData();

}  // namespace lockstep
