#include "gateway/binance/websocket_request.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <cstddef>

#include "protocol/json_writer.h"

namespace lockstep {
namespace {

// Longest id that is echoed; Binance's own are 36.
constexpr std::size_t kMaxIdBytes = 256;

// Follows the parser's events. Returning false ends it: the request is refused.
class RequestHandler {
 public:
  explicit RequestHandler(WebSocketRequest& request) : request_(request) {}

  bool Null() { return Scalar(Token::kNull, "null"); }
  bool Bool(bool value) { return Scalar(Token::kLiteral, value ? "true" : "false"); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return Scalar(Token::kLiteral, {text, length});
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return Scalar(Token::kString, {text, length});
  }
  // Numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  bool StartObject() {
    if (depth_ == 0 || (depth_ == 1 && key_ == "params")) {
      ++depth_;
      return true;
    }
    return false;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    key_.assign(text, length);
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    --depth_;
    return true;
  }
  bool StartArray() {
    if (depth_ != 2 || in_array_) {
      return false;
    }
    in_array_ = true;
    array_ = "[";
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    in_array_ = false;
    array_.push_back(']');
    return request_.parameters.AddCopy(key_, array_);
  }

 private:
  enum class Token : std::uint8_t { kNull, kLiteral, kString };

  bool Scalar(Token token, std::string_view text) {
    if (in_array_) {
      return Element(token, text);
    }
    if (depth_ == 2) {
      return request_.parameters.AddCopy(key_, token == Token::kNull ? std::string_view() : text);
    }
    if (depth_ == 1 && key_ == "id") {
      return Id(token, text);
    }
    if (depth_ == 1 && key_ == "method") {
      request_.method = text;
      return token == Token::kString;
    }
    // "params": null is as good as none; other keys mean nothing here.
    return depth_ == 1 && (key_ != "params" || token == Token::kNull);
  }

  bool Id(Token token, std::string_view text) {
    if (text.size() > kMaxIdBytes) {
      return false;
    }
    request_.id.clear();
    if (token == Token::kString) {
      JsonWriter::AppendQuoted(request_.id, text);
    } else {
      request_.id = text;
    }
    return true;
  }

  bool Element(Token token, std::string_view text) {
    if (array_.size() > 1) {
      array_.push_back(',');
    }
    if (token == Token::kString) {
      JsonWriter::AppendQuoted(array_, text);
    } else {
      array_.append(text);
    }
    return true;
  }

  WebSocketRequest& request_;
  std::string key_;
  std::string array_;
  int depth_ = 0;
  bool in_array_ = false;
};

}  // namespace

bool ReadWebSocketRequest(std::string_view text, WebSocketRequest& request) {
  constexpr unsigned kFlags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  RequestHandler handler(request);
  const bool parsed = !reader.Parse<kFlags>(stream, handler).IsError();
  return parsed && !request.method.empty();
}

}  // namespace lockstep
