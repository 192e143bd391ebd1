// Files of whole HTTP requests, all of one size, each another signed order.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "client/credentials.h"

namespace lockstep {

// Makes requests of two accounts: one sells, the other buys as much at the same price, then the
// other way round, so that each order is accepted and neither book nor balances run away.
class SignedOrders {
 public:
  SignedOrders(std::string host, const KeysFile& keys) : host_(std::move(host)), keys_(keys) {}

  // Writes `count` more of them, to be sent within a minute. kIoError.
  Status Write(const std::string& path, std::uint64_t count);
  // Of each request in the file.
  [[nodiscard]] std::size_t request_bytes() const { return request_bytes_; }

 private:
  std::string host_;
  KeysFile keys_;
  std::uint64_t made_ = 0;
  std::size_t request_bytes_ = 0;
};

}  // namespace lockstep
