// One kept-alive HTTP connection to the REST API of an exchange.
//
// Shape: blocking, one request at a time; connects when it must. A connection that the server has
// closed meanwhile is made anew once, and the request goes out again: the exchange does the same
// bytes once. Errors: kInvalidArgument (the address), kIoError (no connection, or it broke before
// the answer), kUnavailable (no answer in time), kCorruption (what came is no HTTP). After any of
// the last three it is not known what became of the request: send it again. Threads: one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "client/rest_request.h"

namespace lockstep {

struct RestAnswer {
  unsigned status = 0;              // of HTTP
  std::uint32_t retry_after_s = 0;  // with 429
  std::string body;

  // 5xx: nothing is known to have happened; the same bytes may be sent again.
  [[nodiscard]] bool IsDefinite() const { return status < 500; }
};

class RestClient {
 public:
  // `address` is host:port, the host an IPv4 address or a name. Does not connect yet.
  explicit RestClient(std::string address);
  ~RestClient();
  RestClient(const RestClient&) = delete;
  RestClient& operator=(const RestClient&) = delete;

  [[nodiscard]] Result<RestAnswer> Send(const RestRequest& request,
                                        std::int64_t timeout_ms = 5'000);

  // Sends the same bytes until an answer says what became of them, for at most `patience_ms`; then
  // the last error, or kUnavailable with the text of a 5xx.
  [[nodiscard]] Result<RestAnswer> SendUntilAnswered(const RestRequest& request,
                                                     std::int64_t patience_ms = 30'000);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
