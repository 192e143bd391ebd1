#include "apps/operator_keys.h"

#include <cstdlib>

namespace lockstep {

Result<Credentials> FindOperatorKey(const std::string& keys_file) {
  if (!keys_file.empty()) {
    auto keys = ReadKeysFile(keys_file);
    if (!keys) {
      return std::unexpected(keys.error());
    }
    return keys->admin;
  }
  const char* const key = std::getenv("LOCKSTEP_API_KEY");
  const char* const secret = std::getenv("LOCKSTEP_API_SECRET");
  if (key == nullptr || secret == nullptr) {
    return Error(StatusCode::kInvalidArgument,
                 "give --keys FILE, or LOCKSTEP_API_KEY and LOCKSTEP_API_SECRET in the "
                 "environment");
  }
  return Credentials{.api_key = key, .api_secret = secret};
}

}  // namespace lockstep
