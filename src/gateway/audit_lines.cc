#include "gateway/audit_lines.h"

#include "protocol/json_writer.h"

namespace lockstep {
namespace {

void WriteAttempt(JsonWriter& json, std::string_view kind, const AuditAttempt& attempt) {
  json.Field("kind", kind);
  json.Field("by", attempt.by);
  json.Field("apiKey", attempt.api_key);
  json.Field("account", attempt.account.value());
  json.Field("peer", attempt.peer);
  json.Field("act", attempt.act);
  json.Key("parameters");
  json.Raw(attempt.parameters);
}

}  // namespace

std::string IntentMembers(const AuditAttempt& attempt) {
  std::string text;
  JsonWriter json(text);
  WriteAttempt(json, "INTENT", attempt);
  return text;
}

std::string RefusalMembers(const AuditAttempt& attempt, const AuditRefusal& refusal) {
  std::string text;
  JsonWriter json(text);
  WriteAttempt(json, "ATTEMPT", attempt);
  json.Field("code", refusal.code);
  json.Field("reason", refusal.reason);
  if (refusal.not_written != 0) {
    json.Field("notWritten", refusal.not_written);
  }
  return text;
}

std::string OutcomeMembers(const AuditOutcome& outcome) {
  std::string text;
  JsonWriter json(text);
  json.Field("kind", outcome.result);
  json.Field("intent", outcome.intent);
  if (outcome.position != 0) {
    json.Field("position", outcome.position);
  }
  if (outcome.already_applied) {
    json.Field("alreadyApplied", true);
  }
  if (outcome.code != 0) {
    json.Field("code", outcome.code);
    json.Field("reason", outcome.reason);
  }
  return text;
}

}  // namespace lockstep
