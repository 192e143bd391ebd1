#include "bench/signed_orders.h"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "auth/hex.h"
#include "auth/hmac.h"
#include "base/assert.h"
#include "base/clock.h"
#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kPrices = 100;
constexpr std::size_t kFlushBytes = std::size_t{1} << 20U;

HmacSha256Key KeyOf(const Credentials& credentials) {
  return HmacSha256Key(std::as_bytes(std::span(credentials.api_secret)));
}

}  // namespace

Status SignedOrders::Write(const std::string& path, std::uint64_t count) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  const HmacSha256Key maker = KeyOf(keys_.maker);
  const HmacSha256Key taker = KeyOf(keys_.taker);
  const std::int64_t timestamp_ms = SystemClock().WallNs() / kNsPerMs;
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i, ++made_) {
    const bool sells = made_ % 2 == 0;
    const bool by_maker = sells == (made_ / 2 % 2 == 0);
    std::string body = fmt::format(
        "symbol=BTCUSDT&side={}&type=LIMIT&timeInForce=GTC&quantity=0.00010&price=600{:02}.00&"
        "newClientOrderId=b-{:0{}}&recvWindow=60000&timestamp={}",
        sells ? "SELL" : "BUY", made_ / 2 % kPrices, made_, sells ? 12 : 13, timestamp_ms);
    body += "&signature=" +
            HexEncode((by_maker ? maker : taker).Sign({std::as_bytes(std::span(body))}));
    const std::size_t before = text.size();
    fmt::format_to(
        std::back_inserter(text),
        "POST /api/v3/order HTTP/1.1\r\nHost: {}\r\nX-MBX-APIKEY: {}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
        host_, (by_maker ? keys_.maker : keys_.taker).api_key, body.size(), body);
    LOCKSTEP_ASSERT(request_bytes_ == 0 || text.size() - before == request_bytes_);
    request_bytes_ = text.size() - before;
    if (text.size() >= kFlushBytes) {
      file << text;
      text.clear();
    }
  }
  file << text;
  file.close();
  return file.good() ? Status::Ok() : Status(StatusCode::kIoError, path + ": cannot be written");
}

}  // namespace lockstep
