// What `lockstep exchange --dev` starts with: BTCUSDT and ETHUSDT, the funded accounts maker and
// taker, and keys for them.
//
// All of it goes through the log as admin commands, and each says the same at every start: what
// exists already is rejected or answered as already applied, so a restart changes nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "auth/embedded_key_store.h"
#include "base/status.h"

namespace lockstep {

// Passes each command, in order, to `submit`; false from it ends with kUnavailable. Returns how
// many were passed.
[[nodiscard]] Result<std::size_t> SubmitDevCommands(
    const std::function<bool(std::span<const std::byte>)>& submit);

// Keys for maker, taker and admin in `path`, mode 0600. A file whose keys the store knows is left
// as it is.
[[nodiscard]] Status EnsureDevKeys(EmbeddedKeyStore& store, const std::string& path);

}  // namespace lockstep
