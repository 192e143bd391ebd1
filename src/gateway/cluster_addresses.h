// Where clients reach the members of the cluster, as configured: what hints are made of.
//
// Shape: made once, then read only. Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace lockstep {

struct MemberAddress {
  std::int32_t member = 0;
  std::string scheme = "http";  // of REST: "http" or "https"
  std::string host;             // of REST; a name or a numeric address, IPv6 without brackets
  std::uint16_t rest_port = 0;
  std::string sbe_host = {};  // empty: the same host
  std::uint16_t sbe_port = 0;

  // "http://host:port", without a '/' at the end.
  [[nodiscard]] std::string RestUrl() const;
  [[nodiscard]] const std::string& SbeHost() const { return sbe_host.empty() ? host : sbe_host; }
  // "host:port".
  [[nodiscard]] std::string SbeAddress() const;
};

class ClusterAddresses {
 public:
  // The longest host that a Redirect of the binary protocol has room for.
  static constexpr std::size_t kMaxHostBytes = 254;

  // Nobody.
  ClusterAddresses() = default;
  // kInvalidArgument names the member: a negative or repeated id, another scheme, a host that is
  // empty, too long or not of the characters of hosts, a port that is 0.
  static Result<ClusterAddresses> Make(std::vector<MemberAddress> members);

  // Null: not a member.
  [[nodiscard]] const MemberAddress* Find(std::int32_t member) const;
  [[nodiscard]] const std::vector<MemberAddress>& members() const { return members_; }

 private:
  std::vector<MemberAddress> members_;
};

}  // namespace lockstep
