#include "client/credentials.h"

#include <rapidjson/document.h>

#include <fstream>
#include <iterator>
#include <string_view>

namespace lockstep {
namespace {

bool ReadMember(const rapidjson::Document& document, const char* name, Credentials& to) {
  const auto member = document.FindMember(name);
  if (member == document.MemberEnd() || !member->value.IsObject()) {
    return false;
  }
  const auto key = member->value.FindMember("apiKey");
  const auto secret = member->value.FindMember("apiSecret");
  const auto end = member->value.MemberEnd();
  if (key == end || secret == end || !key->value.IsString() || !secret->value.IsString()) {
    return false;
  }
  to = {key->value.GetString(), secret->value.GetString()};
  return true;
}

void AppendMember(std::string_view name, const Credentials& from, std::string& to) {
  to.append("\"").append(name).append("\":{\"apiKey\":\"").append(from.api_key);
  to.append("\",\"apiSecret\":\"").append(from.api_secret).append("\"}");
}

}  // namespace

Result<KeysFile> ReadKeysFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return Error(StatusCode::kIoError, "cannot read the keys' file " + path);
  }
  rapidjson::Document document;
  document.Parse(text.data(), text.size());
  KeysFile keys;
  if (document.HasParseError() || !document.IsObject() ||
      !ReadMember(document, "maker", keys.maker) || !ReadMember(document, "taker", keys.taker) ||
      !ReadMember(document, "admin", keys.admin)) {
    return Error(StatusCode::kInvalidArgument,
                 path + " does not hold apiKey and apiSecret of maker, taker and admin");
  }
  return keys;
}

std::string KeysFileText(const KeysFile& keys) {
  std::string text = "{";
  AppendMember("maker", keys.maker, text);
  text.append(",\n ");
  AppendMember("taker", keys.taker, text);
  text.append(",\n ");
  AppendMember("admin", keys.admin, text);
  return text.append("}\n");
}

}  // namespace lockstep
