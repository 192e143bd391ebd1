#include "gateway/admin/admin_error.h"

#include <array>
#include <cstddef>

namespace lockstep {
namespace {

struct Row {
  AdminErrorKind kind;
  unsigned status;
  int code;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{AdminErrorKind::kUnknownAccount, 404, -9001, "No such account."},
    Row{AdminErrorKind::kUnknownAsset, 404, -9002, "No such asset: {}."},
    Row{AdminErrorKind::kAlreadyExists, 409, -9003, "There is one already, by id or by name: {}."},
    Row{AdminErrorKind::kExchangeFull, 409, -9004,
        "The exchange has no room for another one of these."},
    Row{AdminErrorKind::kInvalidDefinition, 400, -9005,
        "The definition breaks a rule of the engine: {}."},
    Row{AdminErrorKind::kInvalidAmount, 400, -9006,
        "With this amount the deposits of the asset would exceed what can be held."},
    Row{AdminErrorKind::kInsufficientBalance, 400, -9007,
        "The account's free balance is smaller than the amount."},
    Row{AdminErrorKind::kTooManySources, 409, -9008, "No room for another source of deposits."},
    Row{AdminErrorKind::kRulesChanging, 409, -9009,
        "Another change of this symbol's rules is under way; send this one again."},
    Row{AdminErrorKind::kAuditUnavailable, 503, -9010,
        "Nothing was done, because the audit log cannot be written: {}"},
    Row{AdminErrorKind::kNothingToChange, 400, -9011, "Nothing is given that could be changed."},
};

consteval bool InOrder() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].kind) != i) {
      return false;
    }
  }
  return true;
}
static_assert(InOrder(), "the table is indexed by kind");

}  // namespace

ApiError MakeAdminError(AdminErrorKind kind, std::string_view argument) {
  const Row& row = kRows[static_cast<std::size_t>(kind)];
  ApiError error{
      .kind = ErrorKind::kUnknown, .status = row.status, .code = row.code, .message = {}};
  const std::size_t place = row.text.find("{}");
  error.message = row.text.substr(0, place);
  if (place != std::string_view::npos) {
    error.message.append(argument).append(row.text.substr(place + 2));
  }
  return error;
}

ApiError MakeAdminError(sbe::RejectReason::Value reason, std::string_view what) {
  using Reason = sbe::RejectReason;
  switch (reason) {
    case Reason::UNKNOWN_ACCOUNT:
      return MakeAdminError(AdminErrorKind::kUnknownAccount);
    case Reason::UNKNOWN_SYMBOL:
      return MakeError(ErrorKind::kInvalidSymbol);
    case Reason::UNKNOWN_ASSET:
      return MakeAdminError(AdminErrorKind::kUnknownAsset, what);
    case Reason::ALREADY_EXISTS:
      return MakeAdminError(AdminErrorKind::kAlreadyExists, what);
    case Reason::EXCHANGE_FULL:
      return MakeAdminError(AdminErrorKind::kExchangeFull);
    case Reason::INVALID_DEFINITION:
      return MakeAdminError(AdminErrorKind::kInvalidDefinition, what);
    case Reason::INVALID_AMOUNT:
      return MakeAdminError(AdminErrorKind::kInvalidAmount);
    case Reason::INSUFFICIENT_BALANCE:
      return MakeAdminError(AdminErrorKind::kInsufficientBalance);
    case Reason::TOO_MANY_SOURCES:
      return MakeAdminError(AdminErrorKind::kTooManySources);
    case Reason::REQUEST_TABLE_FULL:
      return MakeError(ErrorKind::kBusy);
    default:
      break;  // of bytes that this gateway does not send
  }
  return MakeError(ErrorKind::kUnexpectedResponse);
}

}  // namespace lockstep
