#include "replay/bitstamp_reader.h"

#include <rapidjson/document.h>

#include <string_view>

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

bool ParseAction(std::string_view text, TapeAction& action) {
  if (text == "created") {
    action = TapeAction::kAdd;
  } else if (text == "changed") {
    action = TapeAction::kChange;
  } else if (text == "deleted") {
    action = TapeAction::kCancel;
  } else {
    return false;
  }
  return true;
}

}  // namespace

BitstampReader::LineKind BitstampReader::ParseCsv(std::string_view line, TapeEvent& event) {
  const std::string_view id = TakeField(line, ',');
  if (id == "id") {
    return LineKind::kOther;
  }
  const std::string_view timestamp = TakeField(line, ',');
  TakeField(line, ',');
  const std::string_view price = TakeField(line, ',');
  const std::string_view volume = TakeField(line, ',');
  const std::string_view action = TakeField(line, ',');
  std::int64_t order_id = 0;
  std::int64_t timestamp_ms = 0;
  if (!ParseInteger(id, order_id) || !ParseInteger(timestamp, timestamp_ms) ||
      !ParseUnsignedDecimal(price, 2, event.price_ticks) ||
      !ParseInteger(volume, event.quantity_lots) || !ParseAction(action, event.action) ||
      (line != "bid" && line != "ask")) {
    return LineKind::kBad;
  }
  event.order_id = static_cast<std::uint64_t>(order_id);
  event.timestamp_ns = timestamp_ms * kNsPerMs;
  event.is_buy = line == "bid";
  return LineKind::kEvent;
}

BitstampReader::LineKind BitstampReader::ParseLog(std::string_view line, TapeEvent& event) {
  const std::string_view timestamp = TakeField(line, ' ');
  std::string_view name = TakeField(line, ' ');
  std::int64_t timestamp_ms = 0;
  if (!ParseInteger(timestamp, timestamp_ms)) {
    return LineKind::kBad;
  }
  if (name == "trade" || name == "order_book") {
    return LineKind::kOther;
  }
  constexpr std::string_view kPrefix = "order_";
  if (!name.starts_with(kPrefix) || !ParseAction(name.substr(kPrefix.size()), event.action)) {
    return LineKind::kBad;
  }
  rapidjson::Document document;
  document.Parse(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) {
    return LineKind::kBad;
  }
  const auto price = document.FindMember("price");
  const auto amount = document.FindMember("amount");
  const auto id = document.FindMember("id");
  const auto type = document.FindMember("order_type");
  const auto end = document.MemberEnd();
  if (price == end || amount == end || id == end || type == end || !price->value.IsString() ||
      !amount->value.IsString() || !id->value.IsUint64() || !type->value.IsUint() ||
      !ParseUnsignedDecimal(price->value.GetString(), 2, event.price_ticks) ||
      !ParseUnsignedDecimal(amount->value.GetString(), 8, event.quantity_lots)) {
    return LineKind::kBad;
  }
  event.order_id = id->value.GetUint64();
  event.timestamp_ns = timestamp_ms * kNsPerMs;
  event.is_buy = type->value.GetUint() == 0;
  return LineKind::kEvent;
}

Result<bool> BitstampReader::Next(TapeEvent& event) {
  std::string_view line;
  for (;;) {
    const auto more = lines_->Next(line);
    if (!more || !*more) {
      return more;
    }
    const bool is_log = line.find('{') != std::string_view::npos;
    switch (is_log ? ParseLog(line, event) : ParseCsv(line, event)) {
      case LineKind::kEvent:
        return true;
      case LineKind::kOther:
        break;
      case LineKind::kBad:
        return std::unexpected(lines_->LineError("not a line of bitstamp-l3"));
    }
  }
}

}  // namespace lockstep
