#include "apps/member_addresses.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace lockstep {
namespace {

// False: not address:port. An IPv6 address stands in brackets.
bool Split(std::string_view text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return false;
  }
  host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, port);
  return error == std::errc() && stop == end;
}

}  // namespace

Result<ClusterAddresses> ReadMemberAddresses(const std::vector<ClusterMember>& members) {
  std::vector<MemberAddress> addresses;
  for (const ClusterMember& member : members) {
    MemberAddress address;
    address.member = member.id;
    std::string_view rest = member.rest;
    for (const std::string_view scheme : {"https", "http"}) {
      if (rest.starts_with(scheme) && rest.substr(scheme.size()).starts_with("://")) {
        address.scheme = scheme;
        rest.remove_prefix(scheme.size() + 3);
      }
    }
    if (!Split(rest, address.host, address.rest_port) ||
        !Split(member.sbe, address.sbe_host, address.sbe_port)) {
      return Error(StatusCode::kInvalidArgument, "member " + std::to_string(member.id) + ": '" +
                                                     member.rest + "' or '" + member.sbe +
                                                     "' is not address:port");
    }
    addresses.push_back(std::move(address));
  }
  return ClusterAddresses::Make(std::move(addresses));
}

}  // namespace lockstep
