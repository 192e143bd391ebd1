#include "client/sbe_client.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "client/tcp_stream.h"
#include "client/wire.h"
#include "lockstep_sbe/Challenge.h"
#include "lockstep_sbe/Heartbeat.h"
#include "lockstep_sbe/Logon.h"
#include "lockstep_sbe/LogonAck.h"
#include "lockstep_sbe/SessionReject.h"
#include "protocol/frame.h"

namespace lockstep {
namespace {

// Enough that pipelined commands leave in few system calls, small enough to stay in cache.
constexpr std::size_t kFlushAtBytes = 65'536;
constexpr std::size_t kReadBytes = 262'144;
constexpr std::int64_t kNsPerMs = 1'000'000;
// A server that takes nothing for this long is as good as gone.
constexpr std::int64_t kFlushTimeoutMs = 30'000;

// mac = HMAC-SHA256(secret, challenge ‖ timestamp as 8 little-endian bytes).
std::array<std::uint8_t, 32> LogonMac(const std::string& secret,
                                      const std::array<std::byte, 32>& challenge,
                                      std::int64_t timestamp_ns) {
  std::array<std::uint8_t, 40> text{};
  std::memcpy(text.data(), challenge.data(), challenge.size());
  for (std::size_t i = 0; i < 8; ++i) {
    text[32 + i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(timestamp_ns) >> (8U * i));
  }
  std::array<std::uint8_t, 32> mac{};
  unsigned int length = mac.size();
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), text.data(), text.size(),
       mac.data(), &length);
  return mac;
}

}  // namespace

class SbeClient::Impl {
 public:
  explicit Impl(TcpStream stream) : stream_(std::move(stream)) {}

  Status AwaitChallenge(std::int64_t timeout_ms);
  Result<LogonAnswer> Logon(const Credentials& credentials, const LogonOptions& options,
                            std::int64_t timeout_ms);
  Status Queue(std::span<const std::byte> message);
  Status Flush();
  Result<std::span<const std::byte>> Receive(std::int64_t timeout_ms);
  Status Ping();
  std::optional<std::int64_t> TakeRoundTripNs() { return std::exchange(round_trip_ns_, {}); }
  [[nodiscard]] int fd() const { return stream_.fd(); }

 private:
  // The next whole message in the buffer; nothing: more must be read.
  Result<std::optional<std::span<const std::byte>>> NextBuffered();
  Result<std::size_t> ReadSome();
  // Sends what the kernel takes now.
  Status WriteSome();
  // Sends a Heartbeat when nothing has been sent for an interval.
  void KeepAlive();
  void QueueHeartbeat(bool echo);
  // True when `message` was a Heartbeat, which is nobody else's business.
  bool TakeHeartbeat(std::span<const std::byte> message);

  SystemClock clock_;
  TcpStream stream_;
  std::array<std::byte, 32> challenge_{};
  std::int64_t heartbeat_interval_ns_ = 1'000 * kNsPerMs;
  std::int64_t last_sent_ns_ = 0;
  std::int64_t ping_sent_ns_ = 0;  // 0: none is under way
  std::optional<std::int64_t> round_trip_ns_;
  std::vector<std::byte> out_;
  std::size_t out_sent_ = 0;
  std::vector<std::byte> in_;
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
};

Status SbeClient::Impl::AwaitChallenge(std::int64_t timeout_ms) {
  const auto message = Receive(timeout_ms);
  if (!message) {
    return message.error();
  }
  const auto challenge = As<sbe::Challenge>(*message);
  if (!challenge) {
    return {StatusCode::kInvalidArgument, "the server did not begin with a Challenge"};
  }
  std::memcpy(challenge_.data(), challenge->challenge(), challenge_.size());
  return Status::Ok();
}

Result<LogonAnswer> SbeClient::Impl::Logon(const Credentials& credentials,
                                           const LogonOptions& options, std::int64_t timeout_ms) {
  const std::int64_t timestamp_ns = clock_.WallNs();
  std::array<std::byte, limits::kMaxCommandBytes + 256> buffer{};
  auto codec = Encode<sbe::Logon>(buffer.data(), buffer.size());
  codec.timestampNs(timestamp_ns).lastPrivateSequence(options.last_private_sequence);
  codec.cancelOnDisconnect(options.cancel_on_disconnect ? 1 : 0).resend(options.resend ? 1 : 0);
  codec.reserved16(0).reserved32(0);
  const auto mac = LogonMac(credentials.api_secret, challenge_, timestamp_ns);
  std::memcpy(codec.mac(), mac.data(), mac.size());
  codec.putApiKey(std::string_view(credentials.api_key).substr(0, 254));
  const std::span<const std::byte> logon(
      buffer.data(), kMessageHeaderBytes + static_cast<std::size_t>(codec.encodedLength()));
  if (Status status = Queue(logon); !status.ok()) {
    return std::unexpected(status);
  }
  const auto message = Receive(timeout_ms);
  if (!message) {
    return std::unexpected(message.error());
  }
  if (auto reject = As<sbe::SessionReject>(*message)) {
    return Error(StatusCode::kInvalidArgument,
                 std::string("logon refused: ") + sbe::SessionError::c_str(reject->sessionError()));
  }
  const auto ack = As<sbe::LogonAck>(*message);
  if (!ack) {
    return Error(StatusCode::kInvalidArgument, "the server answered the Logon with something else");
  }
  heartbeat_interval_ns_ = std::max<std::int64_t>(ack->heartbeatIntervalMs(), 100) * kNsPerMs;
  return LogonAnswer{ack->account(), ack->session(), ack->privateSequence(), ack->permissions()};
}

Status SbeClient::Impl::Queue(std::span<const std::byte> message) {
  const std::size_t at = out_.size();
  out_.resize(at + kFrameHeaderBytes + message.size());
  WriteFrameHeader(&out_[at], message.size());
  std::memcpy(&out_[at + kFrameHeaderBytes], message.data(), message.size());
  return out_.size() - out_sent_ >= kFlushAtBytes ? Flush() : Status::Ok();
}

Status SbeClient::Impl::WriteSome() {
  const auto written = stream_.Write(std::span(out_).subspan(out_sent_));
  if (!written) {
    // The reason may stand in what the server sent before it closed.
    while (ReadSome().value_or(0) > 0) {
    }
    return written.error();
  }
  out_sent_ += *written;
  if (*written > 0) {
    last_sent_ns_ = clock_.MonotonicNs();
  }
  if (out_sent_ == out_.size()) {
    out_.clear();
    out_sent_ = 0;
  }
  return Status::Ok();
}

Status SbeClient::Impl::Flush() {
  while (out_sent_ < out_.size()) {
    const std::size_t before = out_.size() - out_sent_;
    if (Status status = WriteSome(); !status.ok()) {
      return status;
    }
    if (out_.size() - out_sent_ < before) {
      continue;
    }
    if (!stream_.Wait(true, kFlushTimeoutMs)) {
      return {StatusCode::kIoError, "the server takes no more bytes"};
    }
    // A server that is waiting for us to read takes nothing more until we do.
    if (const auto count = ReadSome(); !count) {
      return count.error();
    }
  }
  return Status::Ok();
}

Result<std::size_t> SbeClient::Impl::ReadSome() {
  if (in_begin_ == in_end_) {
    in_begin_ = in_end_ = 0;
  }
  if (in_.size() - in_end_ < kReadBytes) {
    if (in_begin_ > 0) {
      std::memmove(in_.data(), in_.data() + in_begin_, in_end_ - in_begin_);
      in_end_ -= in_begin_;
      in_begin_ = 0;
    }
    if (in_.size() - in_end_ < kReadBytes) {
      in_.resize(std::max(2 * in_.size(), 2 * kReadBytes));
    }
  }
  const auto count = stream_.Read(std::span(in_).subspan(in_end_));
  in_end_ += count.value_or(0);
  return count;
}

Result<std::optional<std::span<const std::byte>>> SbeClient::Impl::NextBuffered() {
  const std::span<const std::byte> waiting(in_.data() + in_begin_, in_end_ - in_begin_);
  if (waiting.size() < kFrameHeaderBytes) {
    return std::nullopt;
  }
  const FrameHeader frame = ReadFrameHeader(waiting);
  if (frame.encoding != kFrameEncodingSbe ||
      frame.length < kFrameHeaderBytes + kMessageHeaderBytes ||
      frame.length > kFrameHeaderBytes + limits::kMaxWireMessageBytes) {
    return Error(StatusCode::kIoError, "the server sent bytes that are no SBE frame");
  }
  if (waiting.size() < frame.length) {
    return std::nullopt;
  }
  in_begin_ += frame.length;
  return waiting.subspan(kFrameHeaderBytes, frame.length - kFrameHeaderBytes);
}

void SbeClient::Impl::QueueHeartbeat(bool echo) {
  std::array<std::byte, 64> buffer{};
  auto codec = Encode<sbe::Heartbeat>(buffer.data(), buffer.size());
  codec.sentNs(clock_.WallNs()).echo(echo ? 1 : 0);
  // A failure shows at the next flush.
  static_cast<void>(Queue({buffer.data(), kMessageHeaderBytes + sbe::Heartbeat::sbeBlockLength()}));
}

bool SbeClient::Impl::TakeHeartbeat(std::span<const std::byte> message) {
  auto heartbeat = As<sbe::Heartbeat>(message);
  if (!heartbeat) {
    return false;
  }
  if (heartbeat->echo() != 0) {
    QueueHeartbeat(false);
  } else if (ping_sent_ns_ != 0) {
    round_trip_ns_ = clock_.MonotonicNs() - ping_sent_ns_;
    ping_sent_ns_ = 0;
  }
  return true;
}

Status SbeClient::Impl::Ping() {
  QueueHeartbeat(true);
  ping_sent_ns_ = clock_.MonotonicNs();
  return Flush();
}

void SbeClient::Impl::KeepAlive() {
  if (clock_.MonotonicNs() - last_sent_ns_ >= heartbeat_interval_ns_) {
    QueueHeartbeat(false);
  }
}

Result<std::span<const std::byte>> SbeClient::Impl::Receive(std::int64_t timeout_ms) {
  std::int64_t deadline_ns = 0;
  for (;;) {
    const auto message = NextBuffered();
    if (!message) {
      return std::unexpected(message.error());
    }
    if (message->has_value()) {
      if (TakeHeartbeat(**message)) {
        continue;
      }
      return **message;
    }
    if (last_sent_ns_ != 0) {
      KeepAlive();
    }
    if (out_sent_ < out_.size()) {
      if (Status status = Flush(); !status.ok() && in_begin_ == in_end_) {
        return std::unexpected(status);
      }
    }
    const auto count = ReadSome();
    if (!count) {
      return std::unexpected(count.error());
    }
    if (*count > 0) {
      continue;
    }
    const std::int64_t now_ns = clock_.MonotonicNs();
    if (deadline_ns == 0) {
      deadline_ns = now_ns + timeout_ms * kNsPerMs;
    }
    if (now_ns >= deadline_ns) {
      return Error(StatusCode::kUnavailable, "nothing arrived in time");
    }
    const std::int64_t wait_ns = std::min(deadline_ns - now_ns, heartbeat_interval_ns_ / 2);
    static_cast<void>(stream_.Wait(false, wait_ns / kNsPerMs + 1));
  }
}

SbeClient::SbeClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SbeClient::~SbeClient() = default;

Result<std::unique_ptr<SbeClient>> SbeClient::Connect(const std::string& address,
                                                      std::int64_t timeout_ms) {
  auto stream = TcpStream::Connect(address, timeout_ms);
  if (!stream) {
    return std::unexpected(stream.error());
  }
  auto impl = std::make_unique<Impl>(std::move(*stream));
  if (Status status = impl->AwaitChallenge(timeout_ms); !status.ok()) {
    return std::unexpected(status);
  }
  return std::unique_ptr<SbeClient>(new SbeClient(std::move(impl)));
}

Result<LogonAnswer> SbeClient::Logon(const Credentials& credentials, const LogonOptions& options,
                                     std::int64_t timeout_ms) {
  return impl_->Logon(credentials, options, timeout_ms);
}
Status SbeClient::Queue(std::span<const std::byte> message) { return impl_->Queue(message); }
Status SbeClient::Flush() { return impl_->Flush(); }
Status SbeClient::Send(std::span<const std::byte> message) {
  Status status = impl_->Queue(message);
  return status.ok() ? impl_->Flush() : status;
}
Result<std::span<const std::byte>> SbeClient::Receive(std::int64_t timeout_ms) {
  return impl_->Receive(timeout_ms);
}
Status SbeClient::Ping() { return impl_->Ping(); }
std::optional<std::int64_t> SbeClient::TakeRoundTripNs() { return impl_->TakeRoundTripNs(); }
int SbeClient::fd() const { return impl_->fd(); }

}  // namespace lockstep
