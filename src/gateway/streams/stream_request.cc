#include "gateway/streams/stream_request.h"

#include <rapidjson/encodings.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/rapidjson.h>
#include <rapidjson/reader.h>

#include <array>
#include <cstddef>
#include <utility>

#include "gateway/streams/json_text.h"

namespace lockstep {
namespace {

// Nothing that is understood is nested deeper than 2.
constexpr int kMaxDepth = 16;
// A UUID has 36.
constexpr std::size_t kMaxIdBytes = 128;
constexpr std::size_t kMaxIdDigits = 20;

struct JsonValue {
  enum class Kind : std::uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kAbsent;
  bool boolean = false;
  std::string text = {};  // of a number as it came, of a string decoded
};

// Collects the three fields that matter while the reader checks all of the text. Nothing recurses:
// the reader is the iterative one.
class Collector : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Collector> {
 public:
  using Kind = JsonValue::Kind;

  bool Null() { return Take({.kind = Kind::kNull}); }
  bool Bool(bool value) { return Take({.kind = Kind::kBool, .boolean = value}); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return Take({.kind = Kind::kNumber, .text = std::string(text, length)});
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return Take({.kind = Kind::kString, .text = std::string(text, length)});
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (depth_ == 1) {
      key_.assign(text, length);
    }
    return true;
  }
  bool StartObject() { return Enter({.kind = Kind::kObject}); }
  bool EndObject(rapidjson::SizeType) { return Leave(); }
  bool StartArray() { return Enter({.kind = Kind::kArray}); }
  bool EndArray(rapidjson::SizeType) { return Leave(); }

  JsonValue root;
  JsonValue method;
  JsonValue id;
  JsonValue params;
  std::vector<JsonValue> elements;  // of params

 private:
  bool Take(JsonValue value) {
    if (depth_ == 0) {
      root = std::move(value);
    } else if (depth_ == 1 && root.kind == Kind::kObject) {
      if (key_ == "method") {
        method = std::move(value);
      } else if (key_ == "id") {
        id = std::move(value);
      } else if (key_ == "params") {
        params = std::move(value);
        elements.clear();
      }
    } else if (depth_ == 2 && key_ == "params" && params.kind == Kind::kArray) {
      elements.push_back(std::move(value));
    }
    return true;
  }
  bool Enter(JsonValue value) {
    Take(std::move(value));
    return ++depth_ <= kMaxDepth;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  std::string key_;  // of the outermost object
};

using Kind = JsonValue::Kind;

bool IsInteger(std::string_view text) {
  if (text.starts_with('-')) {
    text.remove_prefix(1);
  }
  return text.size() <= kMaxIdDigits && text.find_first_not_of("0123456789") == text.npos;
}

// The id as it is to be echoed; nothing when it is none.
std::optional<std::string> IdOf(const JsonValue& id) {
  switch (id.kind) {
    case Kind::kAbsent:
    case Kind::kNull:
      return "null";
    case Kind::kNumber:
      return IsInteger(id.text) ? std::optional(id.text) : std::nullopt;
    case Kind::kString:
      return id.text.size() <= kMaxIdBytes ? std::optional(JsonString(id.text)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<StreamMethod> MethodOf(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, StreamMethod>, 5> kMethods = {
      {{"SUBSCRIBE", StreamMethod::kSubscribe},
       {"UNSUBSCRIBE", StreamMethod::kUnsubscribe},
       {"LIST_SUBSCRIPTIONS", StreamMethod::kListSubscriptions},
       {"SET_PROPERTY", StreamMethod::kSetProperty},
       {"GET_PROPERTY", StreamMethod::kGetProperty}}};
  for (const auto& [text, method] : kMethods) {
    if (text == name) {
      return method;
    }
  }
  return std::nullopt;
}

// Why the parameters are wrong for the method; takes them into `request` otherwise.
std::optional<StreamRequestError> TakeParameters(Collector& collected, StreamRequest& request) {
  const auto error = [&](int code, std::string text) {
    return StreamRequestError{.code = code, .text = std::move(text), .id = request.id};
  };
  std::vector<JsonValue>& elements = collected.elements;
  const bool names =
      request.method == StreamMethod::kSubscribe || request.method == StreamMethod::kUnsubscribe;
  if (request.method == StreamMethod::kListSubscriptions) {
    return std::nullopt;
  }
  if (collected.params.kind == Kind::kAbsent) {
    return error(2, "Invalid request: missing field `params`");
  }
  if (collected.params.kind != Kind::kArray) {
    return error(2, "Invalid request: params must be an array");
  }
  if (names) {
    for (JsonValue& element : elements) {
      if (element.kind != Kind::kString) {
        return error(2, "Invalid request: a stream name must be a string");
      }
      request.names.push_back(std::move(element.text));
    }
    return std::nullopt;
  }
  const std::size_t wanted = request.method == StreamMethod::kSetProperty ? 2 : 1;
  if (elements.size() != wanted) {
    return error(2, elements.size() > wanted ? "Invalid request: too many parameters"
                                             : "Invalid request: too few parameters");
  }
  if (elements[0].kind != Kind::kString) {
    return error(2, "Invalid request: property name must be a string");
  }
  if (elements[0].text != "combined") {
    return error(0, "Unknown property");
  }
  if (wanted == 2) {
    if (elements[1].kind != Kind::kBool) {
      return error(1, "Invalid value type: expected Boolean");
    }
    request.combined = elements[1].boolean;
  }
  return std::nullopt;
}

}  // namespace

std::expected<StreamRequest, StreamRequestError> ParseStreamRequest(std::string_view text) {
  Collector collected;
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, collected);
  if (parsed.IsError() && parsed.Code() != rapidjson::kParseErrorTermination) {
    return std::unexpected(StreamRequestError{
        .code = 3,
        .text = std::string("Invalid JSON: ") + rapidjson::GetParseError_En(parsed.Code()) +
                " At byte " + std::to_string(parsed.Offset()) + "."});
  }
  const auto error = [](std::string why, std::string id = "null") {
    return std::unexpected(StreamRequestError{
        .code = 2, .text = "Invalid request: " + std::move(why), .id = std::move(id)});
  };
  if (parsed.IsError()) {
    return error("nested too deeply");
  }
  if (collected.root.kind != Kind::kObject) {
    return error("not an object");
  }
  std::optional<std::string> id = IdOf(collected.id);
  if (!id) {
    return error("request ID must be an integer, a short string or null");
  }
  StreamRequest request;
  request.id = std::move(*id);
  if (collected.method.kind == Kind::kAbsent) {
    return error("missing field `method`", request.id);
  }
  if (collected.method.kind != Kind::kString) {
    return error("method must be a string", request.id);
  }
  const std::optional<StreamMethod> method = MethodOf(collected.method.text);
  if (!method) {
    return error(
        "unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
        "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
        request.id);
  }
  request.method = *method;
  if (auto wrong = TakeParameters(collected, request)) {
    return std::unexpected(std::move(*wrong));
  }
  return request;
}

}  // namespace lockstep
