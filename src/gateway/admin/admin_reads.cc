#include "gateway/admin/admin_reads.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/admin/admin_error.h"
#include "gateway/admin/admin_json.h"
#include "gateway/admin/admin_requests.h"
#include "gateway/admin/admin_words.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kDefaultLines = 100;
constexpr std::uint32_t kMostLines = 1'000;

// An account as three questions put it together. The last to be answered sends.
struct AccountAnswer {
  ApiCall call;
  AccountId account;
  QueryAnswer status;
  QueryAnswer balances;
  QueryAnswer orders;
  int open_questions = 3;
};

void WriteAccount(const AccountAnswer& from, const ReferenceData& reference) {
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginObject();
  json.Field("accountId", from.account.value());
  json.Field("status", AdminWordOf(from.status.account_status));
  json.Field("openOrders", from.orders.rows);
  json.Field("moreOpenOrders", from.orders.more);
  json.Key("balances");
  json.BeginArray();
  for (const BalanceOfAsset& row : from.balances.balances) {
    const AssetInfo* const asset = reference.FindAsset(row.asset);
    if (asset != nullptr) {
      json.BeginObject();
      json.Field("asset", asset->name);
      json.DecimalField("free", row.free, asset->scale);
      json.DecimalField("locked", row.locked, asset->scale);
      json.EndObject();
    }
  }
  json.EndArray();
  json.EndObject();
  from.call.reply->Send(std::move(answer));
}

void OnAccountPart(AccountAnswer& answer, const ReferenceData& reference) {
  if (--answer.open_questions != 0) {
    return;
  }
  if (answer.status.reason != sbe::RejectReason::NONE) {
    answer.call.Refuse(MakeAdminError(answer.status.reason, "account"));
  } else {
    WriteAccount(answer, reference);
  }
}

}  // namespace

void AdminReads::Answer(AdminEndpointId endpoint, const ApiCall& call, ParameterReader& reader) {
  switch (endpoint) {
    case AdminEndpointId::kAssets:
      return Assets(call, reader);
    case AdminEndpointId::kSymbols:
      return Symbols(call, reader);
    case AdminEndpointId::kAccount:
      return Account(call, reader);
    case AdminEndpointId::kAudit:
      return Audit(call, reader);
    default:
      break;
  }
  call.Refuse(MakeError(ErrorKind::kUnsupportedOperation));
}

void AdminReads::Assets(const ApiCall& call, ParameterReader& reader) const {
  if (!IsComplete(call, reader)) {
    return;
  }
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginArray();
  for (const auto& [id, asset] : reference_.assets()) {
    json.BeginObject();
    WriteAssetMembers(json, asset);
    json.EndObject();
  }
  json.EndArray();
  call.reply->Send(std::move(answer));
}

void AdminReads::Symbols(const ApiCall& call, ParameterReader& reader) const {
  const SymbolInfo* const one = reader.OptionalSymbol();
  if (!IsComplete(call, reader)) {
    return;
  }
  ApiAnswer answer;
  JsonWriter json(answer.body);
  json.BeginArray();
  for (const auto& [id, symbol] : reference_.symbols()) {
    if (one == nullptr || one == &symbol) {
      json.BeginObject();
      WriteSymbolMembers(json, symbol);
      json.EndObject();
    }
  }
  json.EndArray();
  call.reply->Send(std::move(answer));
}

void AdminReads::Account(const ApiCall& call, ParameterReader& reader) {
  const AccountId account = ReadAccountId(reader);
  if (!IsComplete(call, reader)) {
    return;
  }
  auto answer = std::make_shared<AccountAnswer>();
  answer->call = call;
  answer->account = account;
  const auto into = [this, answer](QueryAnswer AccountAnswer::* part) {
    return [this, answer, part](const QueryAnswer& told) {
      (*answer).*part = told;
      OnAccountPart(*answer, reference_);
    };
  };
  // A question that the engine is too busy for leaves the others without the last one, unsent.
  if (!queries_.AskAccount(account, call.received_ns, into(&AccountAnswer::status)) ||
      !queries_.AskBalances(account, call.received_ns, into(&AccountAnswer::balances)) ||
      !queries_.AskOpenOrderCount(account, call.received_ns, into(&AccountAnswer::orders))) {
    call.Refuse(MakeError(ErrorKind::kBusy));
  }
}

void AdminReads::Audit(const ApiCall& call, ParameterReader& reader) {
  const auto from = reader.Integer("from");
  const std::uint32_t limit = reader.Limit("limit", kDefaultLines, kMostLines);
  if (!IsComplete(call, reader)) {
    return;
  }
  audit_.Read(static_cast<std::uint64_t>(from.value_or(0)), limit,
              [&loop = loop_, call](const Result<std::vector<std::string>>& read) {
                ApiAnswer answer;
                if (!read) {
                  answer = AnswerOf(MakeError(ErrorKind::kUnknown));
                } else {
                  JsonWriter json(answer.body);
                  json.BeginArray();
                  for (const std::string& line : *read) {
                    json.Raw(line);
                  }
                  json.EndArray();
                }
                loop.Post([reply = call.reply, answer] { reply->Send(answer); });
              });
}

}  // namespace lockstep
