#include "gateway/admin/admin_act.h"

#include <utility>

#include "gateway/admin/admin_json.h"
#include "gateway/admin/admin_requests.h"
#include "gateway/admin/admin_words.h"

namespace lockstep {
namespace {

using Outcomes = std::vector<StepOutcome>;

AdminAct OneStep(const ActRequest& request, const AdminCommand& command, std::string what) {
  AdminAct act;
  act.steps.push_back({.command = command, .account = request.account});
  act.what = std::move(what);
  return act;
}

AdminAct MakeCreateAsset(const ActRequest& request, ParameterReader& reader,
                         const ReferenceData& reference) {
  const AssetInfo asset = ReadNewAsset(reader, reference);
  if (reader.failed()) {
    return {};
  }
  AdminAct act = OneStep(request, AdminCommand::CreateAsset(asset, request.id), asset.name);
  act.write_answer = [&reference, name = asset.name](JsonWriter& json, const Outcomes&) {
    if (const AssetInfo* const made = reference.FindAsset(name)) {
      WriteAssetMembers(json, *made);
    }
  };
  return act;
}

AdminAct MakeCreateSymbol(const ActRequest& request, ParameterReader& reader,
                          const ReferenceData& reference) {
  const NewSymbol symbol = ReadNewSymbol(reader, reference);
  if (reader.failed()) {
    return {};
  }
  AdminAct act = OneStep(request, AdminCommand::CreateSymbol(symbol, request.id), symbol.name);
  act.write_answer = [&reference, name = symbol.name](JsonWriter& json, const Outcomes&) {
    if (const SymbolInfo* const made = reference.FindSymbol(name)) {
      WriteSymbolMembers(json, *made);
    }
  };
  return act;
}

AdminAct MakeSymbolStatus(const ActRequest& request, ParameterReader& reader,
                          const ReferenceData& reference) {
  const StatusRequest asked = ReadSymbolStatus(reader, reference);
  if (reader.failed()) {
    return {};
  }
  AdminAct act;
  std::vector<std::string> names;
  for (const SymbolInfo* symbol : asked.symbols) {
    act.steps.push_back({.command = AdminCommand::SetSymbolStatus(
                             symbol->id, asked.status, StepId(request.id, act.steps.size())),
                         .account = request.account});
    names.push_back(symbol->name);
  }
  act.write_answer = [status = asked.status, names = std::move(names)](JsonWriter& json,
                                                                       const Outcomes&) {
    json.Field("status", AdminWordOf(status));
    json.Key("symbols");
    json.BeginArray();
    for (const std::string& name : names) {
      json.Value(name);
    }
    json.EndArray();
  };
  return act;
}

AdminAct MakeRules(const ActRequest& request, ParameterReader& reader, const RulesRequest& asked) {
  if (reader.failed()) {
    return {};
  }
  AdminAct act =
      OneStep(request, AdminCommand::SetSymbolRules(asked.symbol->id, asked.rules, request.id),
              asked.symbol->name);
  act.rules_of = asked.symbol->id;
  act.write_answer = [symbol = asked.symbol](JsonWriter& json, const Outcomes&) {
    WriteSymbolMembers(json, *symbol);
  };
  return act;
}

AdminAct MakeCreateAccount(const ActRequest& request, ParameterReader& reader) {
  const AccountId account = ReadAccountId(reader);
  AdminAct act = OneStep(request, AdminCommand::CreateAccount(account, request.id),
                         "account " + std::to_string(account.value()));
  act.write_answer = [account](JsonWriter& json, const Outcomes&) {
    json.Field("accountId", account.value());
    json.Field("status", AdminWordOf(sbe::AccountStatus::ACTIVE));
  };
  return act;
}

// Who is disabled has no orders left: the cancel follows in the same breath, and no order of the
// account can come between.
AdminAct MakeAccountStatus(const ActRequest& request, ParameterReader& reader) {
  const AccountId account = ReadAccountId(reader);
  const auto status = ReadAccountStatus(reader);
  AdminAct act = OneStep(request, AdminCommand::SetAccountStatus(account, status, request.id),
                         "account " + std::to_string(account.value()));
  const bool cancels = status == sbe::AccountStatus::DISABLED;
  if (cancels) {
    act.steps.push_back(
        {.command = AdminCommand::CancelAll(StepId(request.id, 1)), .account = account});
  }
  act.write_answer = [account, status, cancels](JsonWriter& json, const Outcomes& outcomes) {
    json.Field("accountId", account.value());
    json.Field("status", AdminWordOf(status));
    if (cancels) {
      json.Field("cancelledOrders", outcomes.back().count);
    }
  };
  return act;
}

AdminAct MakeFundsMove(const ActRequest& request, ParameterReader& reader,
                       const ReferenceData& reference) {
  const FundsMove move = ReadFundsMove(reader, reference);
  if (reader.failed()) {
    return {};
  }
  AdminAct act = OneStep(request,
                         request.endpoint == AdminEndpointId::kDeposit
                             ? AdminCommand::Deposit(move, request.id)
                             : AdminCommand::Withdraw(move, request.id),
                         "account " + std::to_string(move.account.value()));
  act.write_answer = [move, asset = *move.asset](JsonWriter& json, const Outcomes& outcomes) {
    const StepOutcome& outcome = outcomes.front();
    json.Field("accountId", move.account.value());
    json.Field("asset", asset.name);
    json.DecimalField("amount", move.amount, asset.scale);
    json.Field("source", move.source);
    json.Field("number", move.number);
    json.Field("alreadyApplied", outcome.already_applied || outcome.replayed);
    if (outcome.balance) {
      json.DecimalField("free", outcome.balance->free, asset.scale);
      json.DecimalField("locked", outcome.balance->locked, asset.scale);
    }
  };
  return act;
}

}  // namespace

AdminAct MakeAct(const ActRequest& request, ParameterReader& reader,
                 const ReferenceData& reference) {
  switch (request.endpoint) {
    case AdminEndpointId::kCreateAsset:
      return MakeCreateAsset(request, reader, reference);
    case AdminEndpointId::kCreateSymbol:
      return MakeCreateSymbol(request, reader, reference);
    case AdminEndpointId::kSymbolStatus:
      return MakeSymbolStatus(request, reader, reference);
    case AdminEndpointId::kSymbolFilters:
      return MakeRules(request, reader, ReadFilters(reader));
    case AdminEndpointId::kSymbolFees:
      return MakeRules(request, reader, ReadFees(reader));
    case AdminEndpointId::kCreateAccount:
      return MakeCreateAccount(request, reader);
    case AdminEndpointId::kAccountStatus:
      return MakeAccountStatus(request, reader);
    case AdminEndpointId::kDeposit:
    case AdminEndpointId::kWithdraw:
      return MakeFundsMove(request, reader, reference);
    default:
      break;
  }
  reader.Fail(ErrorKind::kUnsupportedOperation);
  return {};
}

}  // namespace lockstep
