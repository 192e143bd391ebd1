#include "gateway/admin/admin_audit.h"

#include <utility>

#include "protocol/json_writer.h"

namespace lockstep {
namespace {

// The members of what `write` puts into an object, without its braces.
std::string Members(const std::function<void(JsonWriter&)>& write) {
  std::string text;
  JsonWriter json(text);
  write(json);
  return text;
}

void WriteAttempt(JsonWriter& json, std::string_view kind, const AdminAttempt& attempt) {
  json.Field("kind", kind);
  json.Field("by", "HTTP");
  json.Field("apiKey", attempt.api_key);
  json.Field("account", attempt.account.value());
  json.Field("peer", attempt.peer);
  json.Field("act", attempt.act);
  json.Key("parameters");
  json.Raw(attempt.parameters);
}

}  // namespace

void AdminAudit::Announce(const AdminAttempt& attempt, Done done) {
  log_.Append(AuditLog::Kind::kIntent,
              Members([&](JsonWriter& json) { WriteAttempt(json, "INTENT", attempt); }),
              [&loop = loop_, done = std::move(done)](const Result<std::uint64_t>& number) {
                loop.Post([done, number] { done(number); });
              });
}

void AdminAudit::Conclude(const AdminOutcome& outcome) {
  log_.Append(AuditLog::Kind::kOutcome, Members([&](JsonWriter& json) {
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
              }),
              nullptr);
}

void AdminAudit::NoteRefused(const AdminAttempt& attempt, const ApiError& error) {
  if (!throttle_.Take(clock_.MonotonicNs())) {
    ++not_written_;
    return;
  }
  const std::uint64_t not_written = std::exchange(not_written_, 0);
  log_.Append(AuditLog::Kind::kNote, Members([&](JsonWriter& json) {
                WriteAttempt(json, "ATTEMPT", attempt);
                json.Field("code", error.code);
                json.Field("reason", error.message);
                if (not_written != 0) {
                  json.Field("notWritten", not_written);
                }
              }),
              nullptr);
}

}  // namespace lockstep
