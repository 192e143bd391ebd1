#include "apps/admin_text.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <string_view>

namespace lockstep {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kShownKeyBytes = 8;

// A value as a person writes it: "0.00100000" is 0.001.
std::string Plain(const dom::element& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) {
    return simdjson::minify(value);
  }
  std::string plain(text);
  const bool is_decimal = plain.find('.') != std::string::npos &&
                          plain.find_first_not_of("-.0123456789") == std::string::npos;
  if (is_decimal) {
    plain.erase(plain.find_last_not_of('0') + 1);
    if (plain.ends_with('.')) {
      plain.pop_back();
    }
  }
  return plain;
}

// "-": not there.
std::string Member(const dom::element& object, const char* name) {
  dom::element value;
  return object[name].get(value) == simdjson::SUCCESS ? Plain(value) : "-";
}

// "SET_ACCOUNT_STATUS accountId=7 status=DISABLED …"
std::string ActText(const dom::element& answer) {
  std::string text = Member(answer, "act");
  for (const auto [key, value] : dom::object(answer)) {
    if (key != "act") {
      text += fmt::format(" {}={}", key, Plain(value));
    }
  }
  return text + "\n";
}

std::string RulesText(const dom::element& answer) {
  std::string text;
  for (const auto [key, value] : dom::object(answer)) {
    text += fmt::format("{:<18} {}\n", key, Plain(value));
  }
  return text;
}

std::string AssetsText(const dom::element& list) {
  std::string text = fmt::format("{:<16} {:>10} {:>5}\n", "ASSET", "ID", "SCALE");
  for (const dom::element asset : dom::array(list)) {
    text += fmt::format("{:<16} {:>10} {:>5}\n", Member(asset, "asset"), Member(asset, "assetId"),
                        Member(asset, "scale"));
  }
  return text;
}

std::string SymbolsText(const dom::element& list) {
  constexpr const char* kRow = "{:<16} {:<11} {:>9} {:>9} {:>12} {:>12} {:>12} {:>12}\n";
  std::string text = fmt::format(fmt::runtime(kRow), "SYMBOL", "STATUS", "MAKER", "TAKER", "TICK",
                                 "STEP", "MIN QTY", "MIN NOTIONAL");
  for (const dom::element symbol : dom::array(list)) {
    text += fmt::format(fmt::runtime(kRow), Member(symbol, "symbol"), Member(symbol, "status"),
                        Member(symbol, "makerFee"), Member(symbol, "takerFee"),
                        Member(symbol, "tickSize"), Member(symbol, "stepSize"),
                        Member(symbol, "minQty"), Member(symbol, "minNotional"));
  }
  return text;
}

std::string AccountText(const dom::element& account) {
  std::string text = fmt::format("account {}  {}  {}{} open orders\n", Member(account, "accountId"),
                                 Member(account, "status"),
                                 Member(account, "moreOpenOrders") == "true" ? "more than " : "",
                                 Member(account, "openOrders"));
  text += fmt::format("{:<16} {:>24} {:>24}\n", "ASSET", "FREE", "LOCKED");
  for (const dom::element row : dom::array(account["balances"])) {
    text += fmt::format("{:<16} {:>24} {:>24}\n", Member(row, "asset"), Member(row, "free"),
                        Member(row, "locked"));
  }
  return text;
}

// One line of the log on one line of the screen; the key is shortened.
std::string AuditLineText(const dom::element& line) {
  std::string text = fmt::format("{:>6} {} {:<7}", Member(line, "number"), Member(line, "time"),
                                 Member(line, "kind"));
  dom::element parameters;
  if (line["parameters"].get(parameters) == simdjson::SUCCESS) {
    text += " " + Member(line, "act");
    for (const auto [key, value] : dom::object(parameters)) {
      text += fmt::format(" {}={}", key, Plain(value));
    }
    text +=
        fmt::format(" · {} account {} from {} key {}…", Member(line, "by"), Member(line, "account"),
                    Member(line, "peer"), Member(line, "apiKey").substr(0, kShownKeyBytes));
  }
  for (const char* name : {"intent", "position", "alreadyApplied", "code", "reason"}) {
    dom::element value;
    if (line[name].get(value) == simdjson::SUCCESS) {
      text += fmt::format(" {}={}", name, Plain(value));
    }
  }
  return text + "\n";
}

std::string AuditText(const dom::element& lines) {
  std::string text;
  for (const dom::element line : dom::array(lines)) {
    text += AuditLineText(line);
  }
  return text;
}

std::string ViewText(AdminView view, const dom::element& answer) {
  switch (view) {
    case AdminView::kAct:
      return ActText(answer);
    case AdminView::kRules:
      return RulesText(answer);
    case AdminView::kAssets:
      return AssetsText(answer);
    case AdminView::kSymbols:
      return SymbolsText(answer);
    case AdminView::kAccount:
      return AccountText(answer);
    case AdminView::kAudit:
      break;
  }
  return AuditText(answer);
}

}  // namespace

std::string AdminText(AdminView view, const std::string& json) {
  dom::parser parser;
  try {
    return ViewText(view, parser.parse(json));
  } catch (const simdjson::simdjson_error&) {
    return json + "\n";
  }
}

std::string AdminErrorText(int status, const std::string& json) {
  dom::parser parser;
  dom::element error;
  if (parser.parse(json).get(error) != simdjson::SUCCESS || !error.is_object()) {
    return fmt::format("HTTP {}: {}", status, json);
  }
  return fmt::format("HTTP {}, code {}: {}", status, Member(error, "code"), Member(error, "msg"));
}

}  // namespace lockstep
