// One request and its answer, whatever way they travel.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong_id.h"
#include "gateway/binance/api_error.h"
#include "gateway/binance/endpoint.h"
#include "gateway/binance/parameter_reader.h"

namespace lockstep {

// Orders placed by the account in the running intervals, as answers tell of them.
struct OrderCounts {
  std::uint64_t in_10_seconds = 0;
  std::uint64_t in_day = 0;
};

struct ApiAnswer {
  unsigned status = 200;
  std::string body;  // one JSON value: the result, or {"code":…,"msg":…}
  std::optional<OrderCounts> order_counts = std::nullopt;
  std::uint32_t retry_after_s = 0;
  // Where the same request is to be sent: "http://host:port". Empty: nowhere.
  std::string redirect_to = {};
};

[[nodiscard]] inline ApiAnswer AnswerOf(const ApiError& error) {
  ApiAnswer answer{.status = error.status, .body = {}};
  AppendErrorJson(answer.body, error);
  return answer;
}

// Where an answer goes. One that is dropped unused answers for itself (the transport's 500).
class ApiReply {
 public:
  virtual ~ApiReply() = default;
  virtual void Send(ApiAnswer answer) = 0;  // once; on the trading loop
};

// Who has signed a request. Without a signature the account is none.
struct Identity {
  AccountId account;
  std::uint32_t permissions = 0;
  std::string api_key;
  RequestId request_id;  // the same for the same signed bytes at the same endpoint
};

// A request but for its parameters, which are read while it is taken in; what is answered later
// keeps a copy of this.
struct ApiCall {
  const Endpoint* endpoint = nullptr;
  Identity identity;
  std::int64_t received_ns = 0;  // wall clock
  bool microseconds = false;     // times of the answer
  std::shared_ptr<ApiReply> reply;

  void Refuse(const ApiError& error) const { reply->Send(AnswerOf(error)); }
};

// Everything that the endpoint knows has been read: whether the request is as it should be. If not,
// it has been refused.
[[nodiscard]] inline bool IsComplete(const ApiCall& call, ParameterReader& reader) {
  reader.CheckAllRead();
  if (reader.failed()) {
    call.Refuse(*reader.error());
    return false;
  }
  return true;
}

}  // namespace lockstep
