// What can be told of a message from its template and the place of its fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/strong_id.h"

namespace lockstep {

[[nodiscard]] bool IsOrderCommand(std::uint16_t template_id);
// An operator's: needs kPermissionAdmin.
[[nodiscard]] bool IsAdminCommand(std::uint16_t template_id);

// The request id of a message that may have any shape: zeros where there is none.
[[nodiscard]] RequestId RequestIdOf(std::span<const std::byte> message, std::uint16_t template_id);

// Of the command that caused a private event. Requires such an event.
[[nodiscard]] RequestId RequestIdOfEvent(std::span<const std::byte> message);

}  // namespace lockstep
