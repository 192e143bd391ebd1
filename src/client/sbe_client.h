// One connection of the binary protocol, from connect to close.
//
// Use: Connect → Logon → Send or Queue+Flush, and Receive in a loop. Commands may be pipelined
// without bound: while the server does not take more, Flush reads what it sends, so that the two
// never wait for each other. Heartbeats are sent and answered inside Receive and Flush: call one of
// them at least once in each heartbeat interval. Errors: kIoError (the connection broke or ended;
// close it), kUnavailable (the time-out passed; nothing is lost), kInvalidArgument (what was asked
// is wrong, or the server refused: the message says how). Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {

struct LogonOptions {
  bool cancel_on_disconnect = false;
  // Ask for the private events behind `last_private_sequence` to be sent again.
  bool resend = false;
  std::uint64_t last_private_sequence = 0;
};

struct LogonAnswer {
  std::uint64_t account = 0;
  std::uint64_t session = 0;
  std::uint64_t private_sequence = 0;
  std::uint32_t permissions = 0;
};

class SbeClient {
 public:
  // `address` is host:port, the host an IPv4 address or a name. Waits for the server's challenge.
  [[nodiscard]] static Result<std::unique_ptr<SbeClient>> Connect(const std::string& address,
                                                                  std::int64_t timeout_ms = 5'000);
  ~SbeClient();
  SbeClient(const SbeClient&) = delete;
  SbeClient& operator=(const SbeClient&) = delete;

  [[nodiscard]] Result<LogonAnswer> Logon(const Credentials& credentials,
                                          const LogonOptions& options = {},
                                          std::int64_t timeout_ms = 5'000);

  // Frames one message and keeps it until Flush, or until about 64 KiB are waiting.
  [[nodiscard]] Status Queue(std::span<const std::byte> message);
  [[nodiscard]] Status Flush();
  [[nodiscard]] Status Send(std::span<const std::byte> message);

  // The next message that is no heartbeat, with its message header; valid until the next call of
  // this object. Flushes first when it has to wait. `timeout_ms` 0 asks without waiting.
  [[nodiscard]] Result<std::span<const std::byte>> Receive(std::int64_t timeout_ms);

  // Asks the server for a Heartbeat, to measure the connection. One at a time: a second Ping before
  // the first came back takes its place.
  [[nodiscard]] Status Ping();
  // From the last Ping to when Receive saw the Heartbeat that answers it; once. Nothing: not back
  // yet.
  std::optional<std::int64_t> TakeRoundTripNs();

  // Readable when Receive may have something. Receive may also hold messages that were read
  // earlier.
  [[nodiscard]] int fd() const;

 private:
  class Impl;
  explicit SbeClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
