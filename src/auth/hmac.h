// HMAC-SHA256 (RFC 2104, FIPS 198-1) with one key and many messages.
//
// Shape: the hash states after the inner and the outer padded key block, taken once; each message
// then costs two copies of a state and no key schedule. Cost: about 200 ns for 120 bytes with SHA
// instructions. The states are as good as the key: they are wiped on destruction. Threads:
// immutable after construction.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>

namespace lockstep {

using Mac = std::array<std::byte, 32>;

class HmacSha256Key {
 public:
  // Any length of secret; more than 64 bytes are hashed first, as the RFC has it.
  explicit HmacSha256Key(std::span<const std::byte> secret);
  ~HmacSha256Key();
  HmacSha256Key(const HmacSha256Key&) = delete;
  HmacSha256Key& operator=(const HmacSha256Key&) = delete;

  // The code of the parts, one behind the other.
  [[nodiscard]] Mac Sign(std::initializer_list<std::span<const std::byte>> parts) const;

  // Whether `mac` is the code of the parts. Compared in constant time.
  [[nodiscard]] bool Verify(std::initializer_list<std::span<const std::byte>> parts,
                            const Mac& mac) const;

 private:
  // The library's SHA256_CTX, kept opaque so that its header stays in the .cc; size asserted there.
  struct alignas(8) State {
    std::array<std::byte, 112> bytes;
  };
  State inner_;
  State outer_;
};

}  // namespace lockstep
