// The key with which an operator's command signs: of a file, or of the environment.
#pragma once

#include <string>

#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {

// `keys_file`: as dev-keys.json; empty: LOCKSTEP_API_KEY and LOCKSTEP_API_SECRET.
// kInvalidArgument: neither.
[[nodiscard]] Result<Credentials> FindOperatorKey(const std::string& keys_file);

}  // namespace lockstep
