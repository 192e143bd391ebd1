#include "gateway/cluster_addresses.h"

#include <algorithm>
#include <utility>

namespace lockstep {
namespace {

// What stands between "://" and the port of a URL, and in a header field: nothing that could end
// either.
bool IsHost(std::string_view host) {
  return !host.empty() && host.size() <= ClusterAddresses::kMaxHostBytes &&
         std::ranges::all_of(host, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == '_' || c == ':';
         });
}

std::string HostAndPort(const std::string& host, std::uint16_t port) {
  const bool is_v6 = host.contains(':');
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string_view WhatIsWrong(const MemberAddress& address) {
  if (address.member < 0) {
    return "an id is 0 or more";
  }
  if (address.scheme != "http" && address.scheme != "https") {
    return "the scheme is http or https";
  }
  if (!IsHost(address.host) || !IsHost(address.SbeHost())) {
    return "the host is a name or a numeric address of at most 254 characters";
  }
  if (address.rest_port == 0 || address.sbe_port == 0) {
    return "a port is 1 to 65535";
  }
  return {};
}

}  // namespace

std::string MemberAddress::RestUrl() const { return scheme + "://" + HostAndPort(host, rest_port); }

std::string MemberAddress::SbeAddress() const { return HostAndPort(SbeHost(), sbe_port); }

Result<ClusterAddresses> ClusterAddresses::Make(std::vector<MemberAddress> members) {
  ClusterAddresses addresses;
  for (MemberAddress& member : members) {
    std::string_view wrong = WhatIsWrong(member);
    if (wrong.empty() && addresses.Find(member.member) != nullptr) {
      wrong = "it is there twice";
    }
    if (!wrong.empty()) {
      return Error(StatusCode::kInvalidArgument,
                   "member " + std::to_string(member.member) + ": " + std::string(wrong));
    }
    addresses.members_.push_back(std::move(member));
  }
  return addresses;
}

const MemberAddress* ClusterAddresses::Find(std::int32_t member) const {
  const auto found = std::ranges::find(members_, member, &MemberAddress::member);
  return found == members_.end() ? nullptr : &*found;
}

}  // namespace lockstep
