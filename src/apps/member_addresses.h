// The addresses under which clients reach the members of a cluster, from the settings.
#pragma once

#include <vector>

#include "apps/exchange_config.h"
#include "base/status.h"
#include "gateway/cluster_addresses.h"

namespace lockstep {

// `rest` is address:port, or with http:// or https:// before it; `sbe` is address:port.
// kInvalidArgument names the member and what is wrong.
[[nodiscard]] Result<ClusterAddresses> ReadMemberAddresses(
    const std::vector<ClusterMember>& members);

}  // namespace lockstep
