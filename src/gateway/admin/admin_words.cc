#include "gateway/admin/admin_words.h"

#include <array>
#include <utility>

namespace lockstep {
namespace {

using Trading = sbe::TradingStatus;
using Account = sbe::AccountStatus;

constexpr std::array<std::pair<Trading::Value, std::string_view>, 5> kTrading = {
    {{Trading::TRADING, "TRADING"},
     {Trading::POST_ONLY, "POST_ONLY"},
     {Trading::CANCEL_ONLY, "CANCEL_ONLY"},
     {Trading::HALT, "HALT"},
     {Trading::CLOSED, "CLOSED"}}};
constexpr std::array<std::pair<Account::Value, std::string_view>, 2> kAccount = {
    {{Account::ACTIVE, "ACTIVE"}, {Account::DISABLED, "DISABLED"}}};

std::string_view WordIn(const auto& table, auto value) {
  for (const auto& [status, word] : table) {
    if (status == value) {
      return word;
    }
  }
  return "NONE";
}

template <class Value>
std::optional<Value> ValueIn(const auto& table, std::string_view word) {
  for (const auto& [status, name] : table) {
    if (name == word) {
      return status;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view AdminWordOf(Trading::Value status) { return WordIn(kTrading, status); }
std::string_view AdminWordOf(Account::Value status) { return WordIn(kAccount, status); }

std::optional<Trading::Value> TradingStatusOf(std::string_view word) {
  return ValueIn<Trading::Value>(kTrading, word);
}

std::optional<Account::Value> AccountStatusOf(std::string_view word) {
  return ValueIn<Account::Value>(kAccount, word);
}

}  // namespace lockstep
