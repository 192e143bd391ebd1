// One WebSocket to an exchange: market streams (/ws, /stream) or the WebSocket API (/ws-api/v3)
// with its user data stream.
//
// Shape: polled; holds one message. Nothing is queued here: who polls too slowly fills the socket,
// and the server ends him. Pings are answered inside Receive and Send: call one of them at least
// every minute. Errors: kInvalidArgument (the address, or the server refuses the WebSocket),
// kUnavailable (the time passed; nothing is lost), kIoError (the connection has ended; make another
// one and ask by REST what was missed). Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {

class StreamClient {
 public:
  // `address` is host:port; `path` begins with '/', a query behind it if there is one.
  [[nodiscard]] static Result<std::unique_ptr<StreamClient>> Open(const std::string& address,
                                                                  const std::string& path,
                                                                  std::int64_t timeout_ms = 5'000);
  ~StreamClient();
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;

  [[nodiscard]] Status Send(std::string_view text, std::int64_t timeout_ms = 5'000);
  // The next message; valid until the next call of this object. 0 asks without waiting.
  [[nodiscard]] Result<std::string_view> Receive(std::int64_t timeout_ms);

 private:
  class Impl;
  explicit StreamClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Opens the WebSocket API and subscribes to the account's user data stream, by
// userDataStream.subscribe.signature; from then on Receive gives {"subscriptionId":…,"event":…}.
// Besides Open's errors kInvalidArgument, with the answer, when the exchange refuses.
[[nodiscard]] Result<std::unique_ptr<StreamClient>> OpenUserDataStream(
    const std::string& address, const Credentials& credentials, std::int64_t timeout_ms = 5'000);

}  // namespace lockstep
