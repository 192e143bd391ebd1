#include "cluster/node_status.h"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <charconv>

#include "protocol/json_writer.h"

namespace lockstep {
namespace {

using Json = rapidjson::Value;

std::string Hex(std::uint64_t digest) { return fmt::format("{:016x}", digest); }

std::uint64_t FromHex(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

// Reads members and remembers the first that was not there as it should be.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  const Json* Find(const char* name) {
    const auto found = object_.IsObject() ? object_.FindMember(name) : object_.MemberEnd();
    if (!object_.IsObject() || found == object_.MemberEnd()) {
      wrong_ = wrong_.empty() ? name : wrong_;
      return nullptr;
    }
    return &found->value;
  }
  std::string Text(const char* name) {
    const Json* value = Find(name);
    if (value == nullptr || !value->IsString()) {
      wrong_ = wrong_.empty() ? name : wrong_;
      return {};
    }
    return {value->GetString(), value->GetStringLength()};
  }
  std::int64_t Number(const char* name) {
    const Json* value = Find(name);
    if (value == nullptr || !value->IsInt64()) {
      wrong_ = wrong_.empty() ? name : wrong_;
      return 0;
    }
    return value->GetInt64();
  }
  bool Flag(const char* name) {
    const Json* value = Find(name);
    return value != nullptr && value->IsBool() && value->GetBool();
  }
  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  const Json& object_;
  std::string wrong_;
};

void ReadDigests(const Json* list, std::vector<DigestAt>& into) {
  if (list == nullptr || !list->IsArray()) {
    return;
  }
  for (const Json& pair : list->GetArray()) {
    if (pair.IsArray() && pair.Size() == 2 && pair[0].IsInt64() && pair[1].IsString()) {
      into.push_back({.position = pair[0].GetInt64(), .digest = FromHex(pair[1].GetString())});
    }
  }
}

void ReadMembers(const Json* list, std::vector<MemberAddresses>& into) {
  if (list == nullptr || !list->IsArray()) {
    return;
  }
  for (const Json& one : list->GetArray()) {
    Reader reader(one);
    into.push_back({.id = static_cast<std::int32_t>(reader.Number("id")),
                    .rest = reader.Text("rest"),
                    .sbe = reader.Text("sbe")});
  }
}

}  // namespace

std::string ToJson(const NodeStatus& status) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject();
  json.Field("member", status.member);
  json.Field("phase", status.phase);
  json.Field("role", status.role);
  json.Field("term", status.term);
  json.Field("leader", status.leader);
  json.Field("takesCommands", status.takes_commands);
  json.Field("committedPosition", status.committed);
  json.Field("appliedPosition", status.applied);
  json.Field("snapshotPosition", status.snapshot);
  json.Field("olderSnapshotPosition", status.older_snapshot);
  json.Field("digest", Hex(status.digest));
  json.Field("wallNs", status.wall_ns);
  json.Key("digests");
  json.BeginArray();
  for (const DigestAt& at : status.digests) {
    json.BeginArray();
    json.Value(at.position);
    json.Value(Hex(at.digest));
    json.EndArray();
  }
  json.EndArray();
  json.Key("members");
  json.BeginArray();
  for (const MemberAddresses& member : status.members) {
    json.BeginObject();
    json.Field("id", member.id);
    json.Field("rest", member.rest);
    json.Field("sbe", member.sbe);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return text;
}

Result<NodeStatus> ParseNodeStatus(std::string_view json) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) {
    return Error(StatusCode::kCorruption, "a node's status is no JSON object");
  }
  Reader reader(document);
  NodeStatus status;
  status.member = static_cast<std::int32_t>(reader.Number("member"));
  status.phase = reader.Text("phase");
  status.role = reader.Text("role");
  status.term = reader.Number("term");
  status.leader = static_cast<std::int32_t>(reader.Number("leader"));
  status.takes_commands = reader.Flag("takesCommands");
  status.committed = reader.Number("committedPosition");
  status.applied = reader.Number("appliedPosition");
  status.snapshot = reader.Number("snapshotPosition");
  status.older_snapshot = reader.Number("olderSnapshotPosition");
  status.digest = FromHex(reader.Text("digest"));
  status.wall_ns = reader.Number("wallNs");
  ReadDigests(reader.Find("digests"), status.digests);
  ReadMembers(reader.Find("members"), status.members);
  if (!reader.wrong().empty()) {
    return Error(StatusCode::kCorruption, "a node's status has no good " + reader.wrong());
  }
  return status;
}

}  // namespace lockstep
