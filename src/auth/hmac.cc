// SHA256_Init and its kin are marked deprecated in OpenSSL 3 in favour of EVP, whose contexts live
// on the heap and whose copies go through the provider: measured here, EVP_MAC_CTX_dup for each
// message takes four times as long as copying a SHA256_CTX. The low-level calls remain part of the
// library's documented interface and use the same SHA instructions.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "auth/hmac.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace lockstep {
namespace {

constexpr std::size_t kBlockBytes = SHA256_CBLOCK;
static_assert(std::tuple_size_v<Mac> == SHA256_DIGEST_LENGTH);

unsigned char* Raw(Mac& mac) { return reinterpret_cast<unsigned char*>(mac.data()); }

SHA256_CTX StateAfterPad(std::array<std::byte, kBlockBytes> block, std::byte pad) {
  for (std::byte& byte : block) {
    byte ^= pad;
  }
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
  return context;
}

}  // namespace

HmacSha256Key::HmacSha256Key(std::span<const std::byte> secret) {
  static_assert(sizeof(State) == sizeof(SHA256_CTX) && alignof(State) >= alignof(SHA256_CTX));
  std::array<std::byte, kBlockBytes> block{};
  if (secret.size() > kBlockBytes) {
    SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
           reinterpret_cast<unsigned char*>(block.data()));
  } else {
    std::ranges::copy(secret, block.begin());
  }
  SHA256_CTX inner = StateAfterPad(block, std::byte{0x36});
  SHA256_CTX outer = StateAfterPad(block, std::byte{0x5C});
  std::memcpy(&inner_, &inner, sizeof(inner));
  std::memcpy(&outer_, &outer, sizeof(outer));
  OPENSSL_cleanse(block.data(), block.size());
  OPENSSL_cleanse(&inner, sizeof(inner));
  OPENSSL_cleanse(&outer, sizeof(outer));
}

HmacSha256Key::~HmacSha256Key() {
  OPENSSL_cleanse(&inner_, sizeof(inner_));
  OPENSSL_cleanse(&outer_, sizeof(outer_));
}

Mac HmacSha256Key::Sign(std::initializer_list<std::span<const std::byte>> parts) const {
  Mac mac;
  SHA256_CTX context;
  std::memcpy(&context, &inner_, sizeof(context));
  for (const auto part : parts) {
    SHA256_Update(&context, part.data(), part.size());
  }
  SHA256_Final(Raw(mac), &context);
  std::memcpy(&context, &outer_, sizeof(context));
  SHA256_Update(&context, mac.data(), mac.size());
  // Final wipes the message block; the chaining value that stays on the stack is the code itself.
  SHA256_Final(Raw(mac), &context);
  return mac;
}

bool HmacSha256Key::Verify(std::initializer_list<std::span<const std::byte>> parts,
                           const Mac& mac) const {
  const Mac expected = Sign(parts);
  return CRYPTO_memcmp(expected.data(), mac.data(), mac.size()) == 0;
}

}  // namespace lockstep
