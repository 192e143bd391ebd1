// A small file that only the holder of the master key can read or change unnoticed.
//
// Shape of a sealed file: 8 bytes "LSSEALED", uint32 little-endian version (1), 24 bytes nonce,
// then the ciphertext and tag of libsodium's crypto_secretbox (XSalsa20-Poly1305). Shape of the key
// file: 32 random bytes. Both have mode 0600. Threads: none of its own; one writer at a time.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace lockstep {

// The key that seals. Its page is locked in memory and left out of core files; wiped on
// destruction.
class MasterKey {
 public:
  // Reads `path`, or creates it. kInvalidArgument: others than the owner may read it, or it is no
  // key file; kIoError.
  static Result<MasterKey> LoadOrCreate(const std::string& path);

  MasterKey(MasterKey&& other) noexcept;
  MasterKey& operator=(MasterKey&& other) noexcept;
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;
  ~MasterKey();

  [[nodiscard]] std::span<const std::byte> bytes() const;

 private:
  MasterKey();

  std::byte* key_ = nullptr;  // from sodium_malloc
};

// Replaces `path` by the sealed `plain`, atomically and durably: after a crash it is the old or the
// new one, whole.
[[nodiscard]] Status WriteSealedFile(const std::string& path, std::span<const std::byte> plain,
                                     const MasterKey& key);

// kNotFound: no such file. kCorruption: damaged, changed, or sealed with another key.
Result<std::vector<std::byte>> ReadSealedFile(const std::string& path, const MasterKey& key);

}  // namespace lockstep
