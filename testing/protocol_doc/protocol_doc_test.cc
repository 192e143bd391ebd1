// docs/protocol.md shows what the codecs write: each generated part stands between "<!-- begin NAME
// -->" and "<!-- end NAME -->".
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string>

#include "auth/hex.h"
#include "lockstep_sbe/Logon.h"
#include "lockstep_sbe/RejectReason.h"
#include "lockstep_sbe/SessionError.h"
#include "protocol/entry.h"
#include "testing/protocol_doc/message_table.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {
namespace {

const std::string kPage = LOCKSTEP_SOURCE_DIR "/docs/protocol.md";
const std::string kSchema = LOCKSTEP_SOURCE_DIR "/schema/lockstep.xml";
// On the log or the ring only; a client meets none of them.
const std::set<std::string> kNotOnTheWire = {"Tick", "EntryHeader", "BatchEnd", "LeadershipTerm"};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string RenderAll(MessageTables& tables, const std::vector<SampleMessage>& samples,
                      std::set<std::string>& shown) {
  std::string text;
  for (const SampleMessage& sample : samples) {
    text += (text.empty() ? "" : "\n") + tables.Render(sample.name, sample.bytes);
    shown.insert(sample.name);
  }
  return text;
}

// Replaces what stands between the marks; empty when they are not there.
std::string WithPart(const std::string& page, const std::string& name, const std::string& text) {
  const std::string begin = "<!-- begin " + name + " -->\n";
  const std::string end = "<!-- end " + name + " -->\n";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  if (from == std::string::npos || to == std::string::npos || to < from) {
    return {};
  }
  return page.substr(0, from + begin.size()) + text + page.substr(to);
}

TEST(ProtocolDoc, ShowsTheBytesThatTheCodecsWrite) {
  MessageTables tables(kSchema);
  std::set<std::string> shown;
  std::map<std::string, std::string> parts;
  parts["commands"] = RenderAll(tables, SampleCommands(), shown);
  parts["events"] = RenderAll(tables, SampleEvents(), shown);
  parts["session messages"] = RenderAll(tables, SampleSessionMessages(), shown);
  parts["market data"] = RenderAll(tables, SampleMarketData(), shown);
  for (const char* composite : {"CommandHeader", "EventHeader", "ReplyHeader", "SymbolFilters"}) {
    parts[composite] = tables.RenderComposite(composite);
  }
  for (const char* name : {"Side", "OrderType", "TimeInForce", "SelfTradePrevention", "OrderStatus",
                           "ExecType", "EndReason", "Liquidity", "BookAction", "TradingStatus",
                           "AccountStatus", "CancelReplaceMode", "MarketDataKind"}) {
    parts["enums"] += std::string("- **") + name + "**: " + tables.RenderEnum(name);
  }
  EXPECT_TRUE(tables.problems().empty()) << tables.problems().front();

  std::set<std::string> expected = tables.MessageNames();
  for (const std::string& name : kNotOnTheWire) {
    expected.erase(name);
  }
  EXPECT_EQ(shown, expected);

  const std::string page = ReadFile(kPage);
  ASSERT_FALSE(page.empty()) << kPage << " cannot be read";
  std::string fresh = page;
  for (const auto& [name, text] : parts) {
    fresh = WithPart(fresh, name, text);
    ASSERT_FALSE(fresh.empty()) << "docs/protocol.md has no part \"" << name << "\"";
  }
  if (std::getenv("LOCKSTEP_WRITE_DOCS") != nullptr) {
    std::ofstream(kPage, std::ios::binary | std::ios::trunc) << fresh;
    return;
  }
  EXPECT_TRUE(fresh == page)
      << "docs/protocol.md differs from the codecs: run this test with LOCKSTEP_WRITE_DOCS=1";
}

TEST(ProtocolDoc, LogonExampleHasTheMacOfTheLogonShown) {
  for (const SampleMessage& sample : SampleSessionMessages()) {
    if (sample.name == "Logon") {
      auto logon = Decode<sbe::Logon>(sample.bytes);
      const std::string mac =
          HexEncode(std::as_bytes(std::span(logon.mac(), sbe::Logon::macLength())));
      EXPECT_NE(ReadFile(kPage).find("# " + mac + "\n"), std::string::npos) << mac;
      return;
    }
  }
  FAIL() << "no Logon among the samples";
}

TEST(ProtocolDoc, ExplainsEveryErrorAndReason) {
  const std::string page = ReadFile(kPage);
  for (unsigned value = 1;; ++value) {
    const auto error = static_cast<sbe::SessionError::Value>(value);
    if (value > sbe::SessionError::OUTCOME_UNKNOWN) {
      break;
    }
    const std::string row = "| " + std::to_string(value) + " | " + sbe::SessionError::c_str(error);
    EXPECT_NE(page.find(row + " |"), std::string::npos) << row;
  }
  for (unsigned value = 1; value <= sbe::RejectReason::NO_OPEN_ORDERS; ++value) {
    const auto reason = static_cast<sbe::RejectReason::Value>(value);
    const std::string row = "| " + std::to_string(value) + " | " + sbe::RejectReason::c_str(reason);
    EXPECT_NE(page.find(row + " |"), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace lockstep
