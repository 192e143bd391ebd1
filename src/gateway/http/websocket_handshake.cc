#include "gateway/http/websocket_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "gateway/http/request_parser.h"
#include "gateway/http/web_handler.h"

namespace lockstep {
namespace {

// RFC 6455 §1.3.
constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
// 16 bytes in base64.
constexpr std::size_t kKeyChars = 24;

bool ListsToken(std::string_view list, std::string_view token) {
  return boost::beast::http::token_list({list.data(), list.size()})
      .exists({token.data(), token.size()});
}

bool IsKey(std::string_view key) {
  return key.size() == kKeyChars && key.ends_with("==") &&
         key.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == kKeyChars - 2;
}

std::string AcceptValue(std::string_view key) {
  std::string text(key);
  text += kGuid;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

}  // namespace

bool AsksForWebSocket(const ParsedRequest& request) {
  return request.asks_for_upgrade() && ListsToken(request.Header("Upgrade"), "websocket");
}

Result<std::string> AcceptWebSocket(const ParsedRequest& request) {
  if (request.method() != HttpMethod::kGet || !request.is_http_1_1()) {
    return Error(StatusCode::kInvalidArgument, "a WebSocket begins with GET and HTTP/1.1");
  }
  if (request.Header("Sec-WebSocket-Version") != "13") {
    return Error(StatusCode::kUnimplemented, "Sec-WebSocket-Version: 13 is spoken here");
  }
  const std::string_view key = request.Header("Sec-WebSocket-Key");
  if (!IsKey(key)) {
    return Error(StatusCode::kInvalidArgument, "Sec-WebSocket-Key is not 16 bytes in base64");
  }
  return "HTTP/1.1 101 Switching Protocols\r\nServer: lockstep\r\nUpgrade: websocket\r\n"
         "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
         AcceptValue(key) + "\r\n\r\n";
}

}  // namespace lockstep
