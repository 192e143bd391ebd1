// Client order ids that the gateway makes where a client has named none: 22 letters and digits that
// look random. They come from the request id and `salt` alone, so that a repeated request, and the
// user data stream, name the same.
#pragma once

#include <cstdint>
#include <string>

#include "base/strong_id.h"

namespace lockstep {

// Of the cancel that is part of a cancelReplace; a cancel of many takes the order's id, else 0.
inline constexpr std::uint64_t kCancelReplaceSalt = UINT64_MAX;

[[nodiscard]] std::string MakeClientOrderId(const RequestId& id, std::uint64_t salt);

}  // namespace lockstep
