// The API keys of one exchange, in a sealed file of its data directory.
//
// Shape: DIR/keys.sealed (sealed_file.h) under DIR/master.key; docs/formats/keys.md has the bytes.
// In memory an immutable table that is replaced whole on each change, so that Find copies one
// pointer. Threads: Find and generation from any; the others from one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key_store.h"
#include "auth/sealed_file.h"
#include "base/status.h"

namespace lockstep {

// What a user is given, once.
struct ApiCredentials {
  std::string api_key;     // 64 letters and digits
  std::string api_secret;  // 64 letters and digits
};

class EmbeddedKeyStore final : public KeyStore {
 public:
  // Opens or creates the store of `directory`, which must exist. kCorruption: the file cannot be
  // opened with the master key there.
  static Result<std::unique_ptr<EmbeddedKeyStore>> Open(const std::string& directory);
  ~EmbeddedKeyStore() override;

  [[nodiscard]] std::shared_ptr<const KeyRecord> Find(std::string_view api_key) const override;
  [[nodiscard]] std::uint64_t generation() const override;

  // A new enabled key with random credentials, on disk when this returns. On an error nothing has
  // changed.
  Result<ApiCredentials> Create(AccountId account, std::uint32_t permissions);

  // kNotFound. On an error nothing has changed.
  [[nodiscard]] Status SetEnabled(std::string_view api_key, bool enabled);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry;
  struct Table;

  EmbeddedKeyStore(std::string path, MasterKey key);
  [[nodiscard]] Status Load();
  [[nodiscard]] Status Replace(std::vector<Entry> entries);
  [[nodiscard]] std::shared_ptr<const Table> Snapshot() const;

  std::string path_;
  MasterKey key_;
  // Held for the copy or the swap of one pointer only.
  mutable std::mutex table_mutex_;
  std::shared_ptr<const Table> table_;
};

}  // namespace lockstep
