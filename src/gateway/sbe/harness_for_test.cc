#include "gateway/sbe/harness_for_test.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>

#include "auth/hmac.h"
#include "lockstep_sbe/BatchEnd.h"
#include "lockstep_sbe/CancelAllReport.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/CreateAccount.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/LeadershipTerm.h"
#include "lockstep_sbe/Logon.h"
#include "lockstep_sbe/LogonAck.h"
#include "lockstep_sbe/Logout.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/Query.h"
#include "lockstep_sbe/QueryEnd.h"
#include "lockstep_sbe/ResendRequest.h"
#include "lockstep_sbe/SessionReject.h"
#include "lockstep_sbe/Subscribe.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

sbe::CommandHeader HeaderOf(const Bytes& command) {
  return {SbeBuffer(command.data()), kMessageHeaderBytes, command.size(),
          sbe::CommandHeader::sbeSchemaVersion()};
}

template <class Codec>
void FillHeaders(Codec& codec, std::int64_t position, const Bytes* cause) {
  codec.header().position(position).timestampNs(position * 1'000).symbolSequence(0);
  codec.header().symbol(1).eventIndex(0).commandIndex(0).flags(1).reserved(0);
  auto reply = codec.reply();
  std::memset(reply.buffer() + reply.offset(), 0, sbe::ReplyHeader::encodedLength());
  if (cause != nullptr) {
    const sbe::CommandHeader header = HeaderOf(*cause);
    codec.header().account(header.account());
    reply.originSession(header.originSession()).originNode(header.originNode());
    reply.requestIdHigh(header.requestIdHigh()).requestIdLow(header.requestIdLow());
    reply.receivedNs(header.gatewayReceivedNs());
  }
}

template <class Codec, class Fill>
Bytes Message(Fill&& fill) {
  Bytes bytes(limits::kMaxEventBytes);
  auto codec = Encode<Codec>(bytes.data(), bytes.size());
  fill(codec);
  bytes.resize(kMessageHeaderBytes + codec.encodedLength());
  return bytes;
}

}  // namespace

EngineStandIn::EngineStandIn(IngressRing& commands, IngressRing& queries, EventRing& events)
    : commands_(commands), queries_(queries), events_(events), thread_([this] { Run(); }) {}

EngineStandIn::~EngineStandIn() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queries_.waker().Notify();
  thread_.join();
}

void EngineStandIn::Run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) {
        return;
      }
    }
    if (!DoWork()) {
      // Commands wake the other ring's waker, so a millisecond is the longest that one waits.
      queries_.waker().Arm();
      queries_.waker().Wait(1'000'000);
      queries_.waker().Disarm();
    }
  }
}

bool EngineStandIn::DoWork() {
  std::deque<std::function<void()>> tasks;
  bool hold = false;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    hold = hold_;
    holds_ = hold;
  }
  changed_.notify_all();
  for (const auto& task : tasks) {
    task();
  }
  std::size_t taken = tasks.size();
  if (!hold) {
    taken += commands_.Read(
        [this](std::span<const std::byte> message) {
          Answer(Bytes(message.begin(), message.end()));
          return true;
        },
        16);
  }
  taken += queries_.Read(
      [this](std::span<const std::byte> message) {
        AnswerQuery(Bytes(message.begin(), message.end()));
        return true;
      },
      16);
  return taken != 0;
}

void EngineStandIn::WriteNumbered(AccountId account, const Bytes* cause) {
  std::byte* at = events_.Claim(limits::kMaxEventBytes);
  auto report = Encode<sbe::ExecutionReport>(at, limits::kMaxEventBytes);
  std::memset(at + kMessageHeaderBytes, 0, sbe::ExecutionReport::sbeBlockLength());
  FillHeaders(report, position_, cause);
  report.header().account(account.value());
  report.reply().privateSequence(++sequences_[account.value()]);
  report.execType(sbe::ExecType::NEW).putClientOrderId("", 0).putRequestClientOrderId("", 0);
  events_.Commit(kMessageHeaderBytes + report.encodedLength());
}

void EngineStandIn::EndBatch(bool replaying) {
  std::byte* at = events_.Claim(limits::kMaxEventBytes);
  auto end = Encode<sbe::BatchEnd>(at, limits::kMaxEventBytes);
  end.position(position_).timestampNs(position_ * 1'000).matchedNs(4'242).bootId(1);
  end.batchSequence(1).commandCount(1).originNode(1).replaying(replaying ? 1 : 0).reserved(0);
  events_.Commit(kMessageHeaderBytes + end.encodedLength());
  events_.Publish();
}

void EngineStandIn::Answer(const Bytes& command) {
  ++position_;
  if (TemplateOf(command) == sbe::NewOrder::sbeTemplateId()) {
    WriteNumbered(AccountId(HeaderOf(command).account()), &command);
  } else {
    std::byte* at = events_.Claim(limits::kMaxEventBytes);
    auto report = Encode<sbe::CancelAllReport>(at, limits::kMaxEventBytes);
    FillHeaders(report, position_, &command);
    report.cancelledCount(0);
    events_.Commit(kMessageHeaderBytes + report.encodedLength());
  }
  EndBatch(false);
  const std::lock_guard lock(mutex_);
  seen_.push_back(command);
  changed_.notify_all();
}

void EngineStandIn::AnswerQuery(const Bytes& query) {
  std::byte* at = events_.Claim(limits::kMaxEventBytes);
  auto end = Encode<sbe::QueryEnd>(at, limits::kMaxEventBytes);
  FillHeaders(end, position_, &query);
  end.reply().privateSequence(sequences_[HeaderOf(query).account()]);
  end.rows(0).more(0).kind(3).reason(sbe::RejectReason::NONE);
  events_.Commit(kMessageHeaderBytes + end.encodedLength());
  events_.Publish();
}

void EngineStandIn::HoldCommands(bool hold) {
  std::unique_lock lock(mutex_);
  hold_ = hold;
  changed_.wait(lock, [&] { return holds_ == hold; });
}

void EngineStandIn::EmitNumbered(AccountId account, int count, bool replaying) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back([this, account, count, replaying] {
      ++position_;
      for (int i = 0; i < count; ++i) {
        WriteNumbered(account, nullptr);
      }
      EndBatch(replaying);
    });
  }
  queries_.waker().Notify();
}

void EngineStandIn::DropCommands() {
  std::promise<void> dropped;
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back([this, &dropped] {
      commands_.Read([](std::span<const std::byte>) { return true; }, SIZE_MAX);
      dropped.set_value();
    });
  }
  queries_.waker().Notify();
  dropped.get_future().wait();
}

void EngineStandIn::BeginTerm(std::int64_t term, std::uint64_t ended_tenure, std::int32_t leader) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.emplace_back([this, term, ended_tenure, leader] {
      std::byte* at = events_.Claim(limits::kMaxEventBytes);
      auto event = Encode<sbe::LeadershipTerm>(at, limits::kMaxEventBytes);
      event.position(position_).term(term).endedTenure(ended_tenure).leader(leader).reserved(0);
      events_.Commit(kMessageHeaderBytes + event.encodedLength());
      events_.Publish();
    });
  }
  queries_.waker().Notify();
}

void EngineStandIn::SetPrivateSequence(AccountId account, std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  tasks_.emplace_back([this, account, sequence] { sequences_[account.value()] = sequence; });
}

std::vector<Bytes> EngineStandIn::AwaitCommands(std::size_t count) {
  std::unique_lock lock(mutex_);
  const bool came =
      changed_.wait_for(lock, std::chrono::seconds(10), [&] { return seen_.size() >= count; });
  EXPECT_TRUE(came) << "only " << seen_.size() << " of " << count << " commands came";
  return seen_;
}

WireClient::WireClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval timeout{.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    ADD_FAILURE() << "connect: " << std::strerror(errno);
  }
}

WireClient::~WireClient() { Close(); }

void WireClient::Close() {
  if (fd_ >= 0) {
    close(fd_);
    fd_ = -1;
  }
}

void WireClient::Reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Close();
}

void WireClient::SendRaw(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return;  // the server has closed: the test looks at what it said
    }
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

void WireClient::SendMessage(std::span<const std::byte> message) { SendRaw(Framed(message)); }

Bytes WireClient::Receive() {
  const auto read_all = [this](std::span<std::byte> to) {
    while (!to.empty()) {
      const ssize_t got = recv(fd_, to.data(), to.size(), 0);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        ADD_FAILURE() << "nothing came within 10 s";
      }
      if (got <= 0) {
        return false;
      }
      to = to.subspan(static_cast<std::size_t>(got));
    }
    return true;
  };
  Bytes frame(kFrameHeaderBytes);
  if (!read_all(frame)) {
    return {};
  }
  const FrameHeader header = ReadFrameHeader(frame);
  EXPECT_EQ(header.encoding, kFrameEncodingSbe);
  if (header.length < kFrameHeaderBytes || header.length > limits::kMaxWireMessageBytes) {
    ADD_FAILURE() << "a frame of " << header.length << " bytes";
    return {};
  }
  Bytes message(header.length - kFrameHeaderBytes);
  return read_all(message) ? message : Bytes{};
}

Bytes WireClient::ReceiveTemplate(std::uint16_t template_id) {
  for (;;) {
    Bytes message = Receive();
    if (message.empty() || TemplateOf(message) == template_id) {
      return message;
    }
  }
}

GatewayWorld::GatewayWorld(const GatewayLimits& limits, MarketDataFeed* feed,
                           std::size_t ring_bytes, ClusterMembership* cluster)
    : commands(ring_bytes),
      queries(std::size_t{1} << 16U),
      events(std::size_t{1} << 22U, 10'000'000'000, [] {}) {
  std::string pattern = (std::filesystem::temp_directory_path() / "lockstep_XXXXXX").string();
  directory = mkdtemp(pattern.data());
  keys = std::move(EmbeddedKeyStore::Open(directory).value());
  trader = keys->Create(AccountId(1), kPermissionRead | kPermissionTrade).value();
  other = keys->Create(AccountId(2), kPermissionRead | kPermissionTrade).value();
  watcher = keys->Create(AccountId(1), kPermissionRead).value();
  admin = keys->Create(AccountId(9),
                       kPermissionRead | kPermissionTrade | kPermissionTransfer | kPermissionAdmin)
              .value();
  SbeServerConfig config;
  config.limits = limits;
  server = std::make_unique<SbeServer>(config, clock, *keys, commands, queries, events.Attach(),
                                       feed, nullptr, cluster);
  server->Start();
  engine = std::make_unique<EngineStandIn>(commands, queries, events);
  const Status listening = server->Listen();
  EXPECT_TRUE(listening.ok()) << listening.message();
}

GatewayWorld::~GatewayWorld() {
  server.reset();
  engine.reset();
  std::filesystem::remove_all(directory);
}

Bytes GatewayWorld::LogonMessage(const Bytes& challenge, const ApiCredentials& who,
                                 const LogonOptions& options) const {
  auto sent = Decode<sbe::Challenge>(challenge);
  const std::int64_t timestamp_ns = clock.WallNs() + options.timestamp_offset_ns;
  const HmacSha256Key key(std::as_bytes(std::span(who.api_secret)));
  const Mac mac =
      key.Sign({std::as_bytes(std::span(sent.challenge(), sbe::Challenge::challengeLength())),
                std::as_bytes(std::span(&timestamp_ns, 1))});
  return Message<sbe::Logon>([&](sbe::Logon& logon) {
    logon.timestampNs(timestamp_ns).lastPrivateSequence(options.resend_after.value_or(0));
    logon.cancelOnDisconnect(options.cancel_on_disconnect ? 1 : 0);
    logon.resend(options.resend_after.has_value() ? 1 : 0).reserved16(0).reserved32(0);
    std::memcpy(logon.mac(), mac.data(), mac.size());
    logon.putApiKey(who.api_key);
  });
}

WireClient GatewayWorld::ConnectAndLogon(const ApiCredentials& who,
                                         const LogonOptions& options) const {
  WireClient client = Connect();
  const Bytes challenge = client.Receive();
  EXPECT_EQ(TemplateOf(challenge), sbe::Challenge::sbeTemplateId());
  client.SendMessage(LogonMessage(challenge, who, options));
  return client;
}

WireClient GatewayWorld::LoggedOn(const ApiCredentials& who, const LogonOptions& options) const {
  WireClient client = ConnectAndLogon(who, options);
  EXPECT_EQ(TemplateOf(client.Receive()), sbe::LogonAck::sbeTemplateId());
  return client;
}

Bytes NewOrderMessage(std::uint64_t request_low) {
  return Message<sbe::NewOrder>([&](sbe::NewOrder& order) {
    std::memset(order.buffer() + kMessageHeaderBytes, 0x5A, sbe::NewOrder::sbeBlockLength());
    order.header().requestIdHigh(7).requestIdLow(request_low);
    order.price(100).quantity(5).quoteQuantity(0).symbol(1);
    order.side(sbe::Side::BUY).orderType(sbe::OrderType::LIMIT);
    order.timeInForce(sbe::TimeInForce::GTC);
    order.selfTradePrevention(sbe::SelfTradePrevention::NONE).putClientOrderId("a", 1);
  });
}

Bytes HeartbeatMessage(bool echo) {
  return Message<sbe::Heartbeat>([&](sbe::Heartbeat& heartbeat) {
    heartbeat.sentNs(1).echo(echo ? 1 : 0).reserved8(0).reserved16(0).reserved32(0);
  });
}

Bytes LogoutMessage() {
  return Message<sbe::Logout>([](sbe::Logout& logout) { logout.reserved(0); });
}

Bytes ResendRequestMessage(std::uint64_t from, std::uint64_t to) {
  return Message<sbe::ResendRequest>(
      [&](sbe::ResendRequest& request) { request.fromSequence(from).toSequence(to); });
}

Bytes QueryMessage(std::uint64_t request_low) {
  return Message<sbe::Query>([&](sbe::Query& query) {
    std::memset(query.buffer() + kMessageHeaderBytes, 0, sbe::Query::sbeBlockLength());
    query.header().requestIdHigh(7).requestIdLow(request_low);
    query.kind(3).putOrigClientOrderId("", 0);
  });
}

Bytes SubscribeMessage(std::uint32_t symbol, std::uint8_t kind, bool unsubscribe) {
  return Message<sbe::Subscribe>([&](sbe::Subscribe& subscribe) {
    subscribe.requestIdHigh(1).requestIdLow(symbol).symbol(symbol);
    subscribe.kind(static_cast<sbe::MarketDataKind::Value>(kind));
    subscribe.unsubscribe(unsubscribe ? 1 : 0).reserved16(0);
  });
}

Bytes CreateAccountMessage(std::uint64_t account) {
  return Message<sbe::CreateAccount>([&](sbe::CreateAccount& create) {
    std::memset(create.buffer() + kMessageHeaderBytes, 0, sbe::CreateAccount::sbeBlockLength());
    create.newAccount(account);
  });
}

Bytes Framed(std::span<const std::byte> message) {
  Bytes framed(kFrameHeaderBytes + message.size());
  WriteFrameHeader(framed.data(), message.size());
  std::ranges::copy(message, framed.begin() + kFrameHeaderBytes);
  return framed;
}

void ExpectReject(const Bytes& message, sbe::SessionError::Value error, bool closing) {
  ASSERT_EQ(TemplateOf(message), sbe::SessionReject::sbeTemplateId());
  auto reject = Decode<sbe::SessionReject>(message);
  EXPECT_EQ(reject.sessionError(), error) << reject.getTextAsString();
  EXPECT_EQ(reject.closing() != 0, closing);
}

void ExpectEndAfterReject(WireClient& client, sbe::SessionError::Value error) {
  ExpectReject(client.ReceiveTemplate(sbe::SessionReject::sbeTemplateId()), error, true);
  EXPECT_TRUE(client.Receive().empty());
}

std::uint16_t TemplateOf(const Bytes& message) {
  return message.size() < kMessageHeaderBytes ? std::uint16_t{0}
                                              : ReadMessageHeader(message).template_id;
}

std::uint64_t PrivateSequenceOf(const Bytes& message) {
  if (TemplateOf(message) != sbe::ExecutionReport::sbeTemplateId()) {
    return 0;
  }
  return Decode<sbe::ExecutionReport>(message).reply().privateSequence();
}

}  // namespace lockstep
