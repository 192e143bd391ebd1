#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "auth/hmac.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/Logon.h"
#include "lockstep_sbe/LogonAck.h"
#include "lockstep_sbe/Logout.h"
#include "lockstep_sbe/NewLeaderEvent.h"
#include "lockstep_sbe/Redirect.h"
#include "lockstep_sbe/ResendEnd.h"
#include "lockstep_sbe/ResendRequest.h"
#include "lockstep_sbe/SessionReject.h"
#include "lockstep_sbe/Subscribe.h"
#include "lockstep_sbe/SubscribeAck.h"
#include "testing/protocol_doc/make_sample.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {
namespace {

// The page shows how to compute the mac by hand from these.
constexpr std::string_view kSecret = "example-secret";
constexpr std::int64_t kTimestampNs = 1'700'000'000'000'000'000;

std::array<std::byte, 32> ExampleChallenge() {
  std::array<std::byte, 32> challenge{};
  for (std::size_t i = 0; i < challenge.size(); ++i) {
    challenge[i] = static_cast<std::byte>(i + 1);
  }
  return challenge;
}

Mac ExampleMac() {
  const auto challenge = ExampleChallenge();
  return HmacSha256Key(std::as_bytes(std::span(kSecret)))
      .Sign({challenge, std::as_bytes(std::span(&kTimestampNs, 1))});
}

}  // namespace

std::vector<SampleMessage> SampleSessionMessages() {
  std::vector<SampleMessage> samples;
  samples.push_back(Make<sbe::Challenge>("Challenge", [](sbe::Challenge& m) {
    m.serverTimeNs(1'700'000'000'000'000'000).heartbeatIntervalMs(5000).maxMessageBytes(262);
    std::memcpy(m.challenge(), ExampleChallenge().data(), ExampleChallenge().size());
  }));
  samples.push_back(Make<sbe::Logon>("Logon", [](sbe::Logon& m) {
    m.timestampNs(kTimestampNs).lastPrivateSequence(118).cancelOnDisconnect(1).resend(1);
    m.reserved16(0).reserved32(0);
    std::memcpy(m.mac(), ExampleMac().data(), ExampleMac().size());
    m.putApiKey(std::string_view("Xk3vN8"));
  }));
  samples.push_back(Make<sbe::LogonAck>("LogonAck", [](sbe::LogonAck& m) {
    m.account(7).session(1'700'000'000'000'000'003).privateSequence(121).permissions(3);
    m.heartbeatIntervalMs(5000);
  }));
  samples.push_back(Make<sbe::SessionReject>("SessionReject", [](sbe::SessionReject& m) {
    m.requestIdHigh(0x0123456789abcdef)
        .requestIdLow(0xfedcba9876543210)
        .sessionError(sbe::SessionError::BACK_PRESSURED)
        .templateId(1);
    m.closing(0).reserved8(0).reserved16(0).retryAfterMs(10);
    m.reserved32(0);
    m.putText(std::string_view("the sequencer is behind"));
  }));
  samples.push_back(Make<sbe::Heartbeat>("Heartbeat", [](sbe::Heartbeat& m) {
    m.sentNs(1'700'000'000'000'000'000).echo(1).reserved8(0).reserved16(0);
    m.reserved32(0);
  }));
  samples.push_back(Make<sbe::Logout>("Logout", [](sbe::Logout& m) { m.reserved(0); }));
  samples.push_back(Make<sbe::ResendRequest>(
      "ResendRequest", [](sbe::ResendRequest& m) { m.fromSequence(119).toSequence(0); }));
  samples.push_back(Make<sbe::ResendEnd>("ResendEnd", [](sbe::ResendEnd& m) {
    m.fromSequence(119).toSequence(121).firstAvailable(100).sentCount(3);
  }));
  samples.push_back(Make<sbe::Redirect>("Redirect", [](sbe::Redirect& m) {
    m.requestIdHigh(0x0123456789abcdef).requestIdLow(0xfedcba9876543210).term(7).leader(2);
    m.retryAfterMs(0).restPort(8080).sbePort(9090).templateId(1).reserved16(0);
    m.putHost(std::string_view("node-c.example"));
  }));
  samples.push_back(Make<sbe::NewLeaderEvent>("NewLeaderEvent", [](sbe::NewLeaderEvent& m) {
    m.term(8).leader(0).restPort(8080).sbePort(9090);
    m.putHost(std::string_view("node-a.example"));
  }));
  samples.push_back(Make<sbe::Subscribe>("Subscribe", [](sbe::Subscribe& m) {
    m.requestIdHigh(0x0123456789abcdef)
        .requestIdLow(0xfedcba9876543210)
        .symbol(1)
        .kind(sbe::MarketDataKind::DEPTH);
    m.unsubscribe(0).reserved16(0);
  }));
  samples.push_back(Make<sbe::SubscribeAck>("SubscribeAck", [](sbe::SubscribeAck& m) {
    m.requestIdHigh(0x0123456789abcdef)
        .requestIdLow(0xfedcba9876543210)
        .symbolSequence(900)
        .symbol(1);
    m.kind(sbe::MarketDataKind::DEPTH).unsubscribe(0).reserved16(0);
  }));
  return samples;
}

}  // namespace lockstep
