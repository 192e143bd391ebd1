// The whole inbound path of a session, from bytes to what goes on the rings and what is answered,
// without sockets or threads. Input: steps, each an operation byte, a length byte and that many
// bytes for it. Checked after each step: what reaches the rings has the shape of a command and the
// gateway's header; nothing reaches them before a logon; what goes out is whole frames of known
// templates; numbered events are consecutive; every bound holds.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auth/key_store.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/event_ring.h"
#include "base/ingress_ring.h"
#include "gateway/sbe/session.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Logon.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/QueryEnd.h"
#include "protocol/commands.h"
#include "protocol/frame.h"
#include "protocol/shape.h"

namespace lockstep {
namespace {

using Bytes = std::vector<std::byte>;

// At one time: the ring has one reader, this same thread, so all of them must fit in it.
constexpr std::size_t kMostEmitted = 100;
constexpr std::string_view kApiKey = "fuzz";
constexpr std::string_view kSecret = "secret";
constexpr AccountId kAccount{7};
constexpr std::uint32_t kAllPermissions =
    kPermissionRead | kPermissionTrade | kPermissionTransfer | kPermissionAdmin;
constexpr MessageShape kQueryShape[] = {ShapeOf<sbe::Query>(1)};

class OneKey final : public KeyStore {
 public:
  [[nodiscard]] std::shared_ptr<const KeyRecord> Find(std::string_view api_key) const override {
    return api_key == kApiKey ? record_ : nullptr;
  }
  [[nodiscard]] std::uint64_t generation() const override { return 1; }

 private:
  std::shared_ptr<const KeyRecord> record_ =
      std::make_shared<KeyRecord>(kAccount, kAllPermissions, true, kSecret);
};

class NoFeed final : public MarketDataFeed, public MarketDataSink {
 public:
  void Subscribe(SubscriberId, MarketDataSink&, SymbolId, FeedKind, RequestId) override {}
  void Unsubscribe(SubscriberId, MarketDataSink&, SymbolId, FeedKind, RequestId) override {}
  void Disconnected(SubscriberId) override {}
  void Deliver(std::span<const SubscriberId>,
               std::shared_ptr<const std::vector<std::byte>>) override {}
};

GatewayLimits SmallLimits() {
  GatewayLimits limits;
  limits.max_outbound_bytes = 32'768;
  limits.resend_window_bytes = 2'048;
  limits.private_event_bytes = 65'536;
  limits.max_messages_per_second = 200;
  limits.max_in_flight = 16;
  limits.max_subscriptions = 4;
  return limits;
}

class World final : public SessionTransport {
 public:
  [[nodiscard]] std::string PeerAddress() const override { return "127.0.0.1"; }
  World()
      : commands_(4'096),
        queries_(4'096),
        ring_(std::size_t{1} << 16U, INT64_MAX, [] {}),
        reader_(ring_.Attach()),
        store_(limits_.private_event_bytes),
        authenticator_(keys_, limits_.timestamp_window_ns),
        ingress_(commands_, queries_, NodeId(1)),
        egress_(reader_, &store_, clock_, NodeId(1)),
        services_{limits_, clock_, authenticator_, ingress_,  egress_,
                  store_,  &feed_, &feed_,         counters_, stop_} {
    session_ = std::make_unique<Session>(SessionId(99), services_, *this);
  }

  void Flush() override {}

  void Step(unsigned operation, std::span<const std::byte> data) {
    const bool closed = session_->state() == Session::State::kClosing;
    const std::size_t queued = session_->outbound().size();
    switch (operation % 9) {
      case 0:
        Feed(Bytes(data.begin(), data.end()));
        break;
      case 1:
        Logon(data);
        break;
      case 2:
        FeedFramed(data);
        break;
      case 3:
        RunEngine();
        break;
      case 4:
        EmitNumbered(std::min(data.size(), kMostEmitted));
        break;
      case 5:
        clock_.AdvanceNs(static_cast<std::int64_t>(data.size()) * 100'000'000);
        static_cast<void>(session_->OnTick());
        break;
      case 6:
        ReadOutbound(data.size() * 64);
        break;
      case 7:
        stop_.error = data.empty() ? sbe::SessionError::NONE : sbe::SessionError::STORAGE_FAILED;
        session_->AnswerInFlightAsUnknown();
        break;
      default:
        session_->OnMarketData(std::make_shared<const Bytes>(Heartbeat()));
        break;
    }
    LOCKSTEP_ASSERT(!closed || session_->outbound().size() <= queued);
    LOCKSTEP_ASSERT(session_->outbound().size() <=
                    limits_.max_outbound_bytes + limits::kMaxEventBytes + 1'024);
    LOCKSTEP_ASSERT(session_->InFlightCount() <= limits_.max_in_flight);
  }

  void Finish() {
    RunEngine();
    while (!session_->outbound().empty()) {
      ReadOutbound(4'096);
    }
    LOCKSTEP_ASSERT(unread_.empty());
  }

 private:
  static Bytes Framed(std::span<const std::byte> message) {
    Bytes framed(kFrameHeaderBytes + message.size());
    WriteFrameHeader(framed.data(), message.size());
    std::ranges::copy(message, framed.begin() + kFrameHeaderBytes);
    return framed;
  }

  static Bytes Heartbeat() {
    const FramedMessage message = MakeHeartbeat(1, false);
    return {message.bytes().begin(), message.bytes().end()};
  }

  void Feed(Bytes bytes) { session_->OnBytes(bytes); }

  void FeedFramed(std::span<const std::byte> message) { Feed(Framed(message)); }

  // A Logon that is right, with options taken from the input.
  void Logon(std::span<const std::byte> options) {
    ReadOutbound(4'096);
    Bytes buffer(256);
    auto logon = Encode<sbe::Logon>(buffer.data(), buffer.size());
    const std::int64_t timestamp_ns = clock_.WallNs();
    const Mac mac = HmacSha256Key(std::as_bytes(std::span(kSecret)))
                        .Sign({challenge_, std::as_bytes(std::span(&timestamp_ns, 1))});
    const auto option = [&](std::size_t i) {
      return i < options.size() ? std::to_integer<std::uint8_t>(options[i]) : std::uint8_t{0};
    };
    logon.timestampNs(timestamp_ns).lastPrivateSequence(option(0));
    logon.cancelOnDisconnect(option(1)).resend(option(2)).reserved16(0).reserved32(0);
    std::memcpy(logon.mac(), mac.data(), mac.size());
    logon.putApiKey(kApiKey);
    buffer.resize(kMessageHeaderBytes + logon.encodedLength());
    FeedFramed(buffer);
  }

  static void CheckStamped(std::span<const std::byte> message) {
    const sbe::CommandHeader header(SbeBuffer(message.data()), kMessageHeaderBytes, message.size(),
                                    sbe::CommandHeader::sbeSchemaVersion());
    LOCKSTEP_ASSERT(header.originNode() == 1 && header.originSession() == 99);
    LOCKSTEP_ASSERT(header.account() == kAccount.value() && header.flags() == 0);
    LOCKSTEP_ASSERT(header.reserved() == 0);
  }

  void RunEngine() {
    commands_.Read(
        [&](std::span<const std::byte> message) {
          LOCKSTEP_ASSERT(acknowledged_ || session_->state() != Session::State::kAwaitingLogon);
          LOCKSTEP_ASSERT(CheckShape(message, kCommandShapes) == ShapeError::kNone);
          LOCKSTEP_ASSERT(ReadMessageHeader(message).template_id != sbe::Tick::sbeTemplateId());
          CheckStamped(message);
          WriteReport(99);
          EndBatch();
          return true;
        },
        SIZE_MAX);
    queries_.Read(
        [&](std::span<const std::byte> message) {
          LOCKSTEP_ASSERT(CheckShape(message, kQueryShape) == ShapeError::kNone);
          CheckStamped(message);
          WriteQueryEnd();
          return true;
        },
        SIZE_MAX);
    egress_.Poll(SIZE_MAX);
  }

  template <class Codec>
  Codec Claim() {
    std::byte* at = ring_.Claim(limits::kMaxEventBytes);
    std::memset(at, 0, limits::kMaxEventBytes);
    return Encode<Codec>(at, limits::kMaxEventBytes);
  }
  template <class Codec>
  void Commit(Codec& codec) {
    ring_.Commit(kMessageHeaderBytes + codec.encodedLength());
  }

  void WriteReport(std::uint64_t session) {
    auto report = Claim<sbe::ExecutionReport>();
    report.header().position(++position_).account(kAccount.value());
    report.reply().privateSequence(++sequence_).originSession(session).originNode(1);
    report.putClientOrderId("", 0).putRequestClientOrderId("", 0);
    Commit(report);
  }

  void EndBatch() {
    auto end = Claim<sbe::BatchEnd>();
    end.position(position_).matchedNs(1);
    Commit(end);
    ring_.Publish();
    egress_.Poll(SIZE_MAX);
  }

  void WriteQueryEnd() {
    auto end = Claim<sbe::QueryEnd>();
    end.header().account(kAccount.value());
    end.reply().privateSequence(sequence_).originSession(99).originNode(1);
    Commit(end);
    ring_.Publish();
    egress_.Poll(SIZE_MAX);
  }

  void EmitNumbered(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      WriteReport(0);
    }
    EndBatch();
  }

  // Takes up to `bytes` from the queue as a socket would, and looks at each whole message.
  void ReadOutbound(std::size_t bytes) {
    OutboundQueue& queue = session_->outbound();
    std::array<iovec, 64> vectors;
    const std::size_t count = queue.Gather(vectors);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < count && taken < bytes; ++i) {
      const auto* from = static_cast<const std::byte*>(vectors[i].iov_base);
      const std::size_t part = std::min(vectors[i].iov_len, bytes - taken);
      unread_.insert(unread_.end(), from, from + part);
      taken += part;
    }
    queue.Consume(taken);
    if (queue.empty()) {
      session_->OnDrained();
    }
    CheckUnread();
  }

  void CheckUnread() {
    std::size_t at = 0;
    while (unread_.size() - at >= kFrameHeaderBytes) {
      const auto rest = std::span<const std::byte>(unread_).subspan(at);
      const FrameHeader frame = ReadFrameHeader(rest);
      LOCKSTEP_ASSERT(frame.encoding == kFrameEncodingSbe);
      LOCKSTEP_ASSERT(frame.length >= kFrameHeaderBytes + kMessageHeaderBytes);
      LOCKSTEP_ASSERT(frame.length <= limits::kMaxWireMessageBytes);
      if (frame.length > rest.size()) {
        break;
      }
      CheckMessage(rest.subspan(kFrameHeaderBytes, frame.length - kFrameHeaderBytes));
      at += frame.length;
    }
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void CheckMessage(std::span<const std::byte> message) {
    LOCKSTEP_ASSERT(!ended_);
    switch (ReadMessageHeader(message).template_id) {
      case sbe::Challenge::sbeTemplateId():
        std::memcpy(challenge_.data(), Decode<sbe::Challenge>(message).challenge(),
                    challenge_.size());
        break;
      case 82:  // LogonAck
        LOCKSTEP_ASSERT(!acknowledged_);
        acknowledged_ = true;
        break;
      case 83:  // SessionReject
        ended_ = std::to_integer<int>(message[kMessageHeaderBytes + 20]) != 0;
        break;
      case sbe::ExecutionReport::sbeTemplateId():
        LOCKSTEP_ASSERT(acknowledged_);
        CheckSequence(Decode<sbe::ExecutionReport>(message).reply().privateSequence());
        break;
      case sbe::QueryEnd::sbeTemplateId():
      case 84:  // Heartbeat
        break;
      case 87:  // ResendEnd
        LOCKSTEP_ASSERT(acknowledged_);
        break;
      default:
        LOCKSTEP_ASSERT(false);
    }
  }

  // Each live event is the one after the one before, however resends (which repeat older ones) come
  // between. Where one number could be either, it counts as live if it continues them.
  void CheckSequence(std::uint64_t sequence) {
    LOCKSTEP_ASSERT(sequence >= 1 && sequence <= sequence_);
    if (newest_sequence_ == 0 || sequence == newest_sequence_ + 1) {
      newest_sequence_ = sequence;
    }
    LOCKSTEP_ASSERT(sequence <= newest_sequence_);
  }

  const GatewayLimits limits_ = SmallLimits();
  SimulatedClock clock_{1'700'000'000'000'000'000};
  OneKey keys_;
  NoFeed feed_;
  IngressRing commands_;
  IngressRing queries_;
  EventRing ring_;
  EventRing::Reader& reader_;
  PrivateEventStore store_;
  Authenticator authenticator_;
  IngressAdapter ingress_;
  EgressPublisher egress_;
  GatewayCounters counters_;
  CommandStop stop_;
  SessionServices services_;
  std::unique_ptr<Session> session_;

  LogonChallenge challenge_{};
  Bytes unread_;
  bool acknowledged_ = false;
  bool ended_ = false;
  std::int64_t position_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t newest_sequence_ = 0;  // received
};

}  // namespace
}  // namespace lockstep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lockstep::World world;
  auto rest = std::as_bytes(std::span(data, size));
  while (rest.size() >= 2) {
    const auto operation = std::to_integer<unsigned>(rest[0]);
    const std::size_t length = std::min(std::to_integer<std::size_t>(rest[1]), rest.size() - 2);
    world.Step(operation, rest.subspan(2, length));
    rest = rest.subspan(2 + length);
  }
  world.Finish();
  return 0;
}
