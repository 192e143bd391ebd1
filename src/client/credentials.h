// API keys, and the file in which `lockstep exchange --dev` leaves three of them.
#pragma once

#include <string>

#include "base/status.h"

namespace lockstep {

struct Credentials {
  std::string api_key;
  std::string api_secret;  // ASCII; the bytes as written are the HMAC key
};

struct KeysFile {
  Credentials maker;
  Credentials taker;
  Credentials admin;
};

// Reads {"maker":{"apiKey":…,"apiSecret":…},"taker":{…},"admin":{…}}.
// kIoError when it cannot be read, kInvalidArgument when it is not that.
[[nodiscard]] Result<KeysFile> ReadKeysFile(const std::string& path);

// The same bytes that ReadKeysFile takes.
[[nodiscard]] std::string KeysFileText(const KeysFile& keys);

}  // namespace lockstep
