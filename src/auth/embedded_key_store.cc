#include "auth/embedded_key_store.h"

#include <sodium.h>

#include <cstring>
#include <span>
#include <unordered_map>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t kCredentialBytes = 64;

// 62 characters: log2(62^64) = 381 bits.
std::string RandomText() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string text(kCredentialBytes, '\0');
  for (char& character : text) {
    character = kAlphabet[randombytes_uniform(static_cast<std::uint32_t>(kAlphabet.size()))];
  }
  return text;
}

template <class Number>
void AppendNumber(std::vector<std::byte>& to, Number number) {
  const auto bytes = std::as_bytes(std::span(&number, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

void AppendText(std::vector<std::byte>& to, std::string_view text) {
  AppendNumber(to, static_cast<std::uint16_t>(text.size()));
  const auto bytes = std::as_bytes(std::span(text));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// Reads numbers and texts in order; once something is missing, everything after is empty and ok()
// is false.
class PlainReader {
 public:
  explicit PlainReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class Number>
  Number Take() {
    Number number{};
    if (bytes_.size() < sizeof(number)) {
      ok_ = false;
      return number;
    }
    std::memcpy(&number, bytes_.data(), sizeof(number));
    bytes_ = bytes_.subspan(sizeof(number));
    return number;
  }

  std::string TakeText() {
    const std::size_t length = Take<std::uint16_t>();
    if (bytes_.size() < length) {
      ok_ = false;
      return {};
    }
    std::string text(reinterpret_cast<const char*>(bytes_.data()), length);
    bytes_ = bytes_.subspan(length);
    return text;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool AtEnd() const { return bytes_.empty(); }

 private:
  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

void Wipe(std::vector<std::byte>& bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace

struct EmbeddedKeyStore::Entry {
  AccountId account;
  std::uint32_t permissions = 0;
  bool enabled = false;
  std::string api_key;
  std::string api_secret;
};

struct EmbeddedKeyStore::Table {
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  Table(std::vector<Entry> the_entries, std::uint64_t the_generation)
      : entries(std::move(the_entries)), generation(the_generation) {
    records.reserve(entries.size());
    for (const Entry& entry : entries) {
      records.emplace(entry.api_key, std::make_shared<KeyRecord>(entry.account, entry.permissions,
                                                                 entry.enabled, entry.api_secret));
    }
  }
  ~Table() {
    for (Entry& entry : entries) {
      sodium_memzero(entry.api_secret.data(), entry.api_secret.size());
    }
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  std::vector<Entry> entries;
  std::uint64_t generation;
  std::unordered_map<std::string, std::shared_ptr<const KeyRecord>, TextHash, std::equal_to<>>
      records;
};

EmbeddedKeyStore::EmbeddedKeyStore(std::string path, MasterKey key)
    : path_(std::move(path)),
      key_(std::move(key)),
      table_(std::make_shared<Table>(std::vector<Entry>{}, 0)) {}

EmbeddedKeyStore::~EmbeddedKeyStore() = default;

Result<std::unique_ptr<EmbeddedKeyStore>> EmbeddedKeyStore::Open(const std::string& directory) {
  auto key = MasterKey::LoadOrCreate(directory + "/master.key");
  if (!key.has_value()) {
    return std::unexpected(key.error());
  }
  std::unique_ptr<EmbeddedKeyStore> store(
      new EmbeddedKeyStore(directory + "/keys.sealed", std::move(*key)));
  const Status loaded = store->Load();
  if (!loaded.ok()) {
    return std::unexpected(loaded);
  }
  return store;
}

Status EmbeddedKeyStore::Load() {
  auto plain = ReadSealedFile(path_, key_);
  if (!plain.has_value()) {
    return plain.error().code() == StatusCode::kNotFound ? Status::Ok() : plain.error();
  }
  PlainReader reader(*plain);
  const auto count = reader.Take<std::uint32_t>();
  std::vector<Entry> entries;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    Entry entry;
    entry.account = AccountId(reader.Take<std::uint64_t>());
    entry.permissions = reader.Take<std::uint32_t>();
    entry.enabled = reader.Take<std::uint8_t>() != 0;
    entry.api_key = reader.TakeText();
    entry.api_secret = reader.TakeText();
    entries.push_back(std::move(entry));
  }
  Wipe(*plain);
  if (!reader.ok() || !reader.AtEnd()) {
    return {StatusCode::kCorruption, path_ + " opens, but does not hold a table of keys"};
  }
  table_ = std::make_shared<Table>(std::move(entries), 1);
  return Status::Ok();
}

Status EmbeddedKeyStore::Replace(std::vector<Entry> entries) {
  std::vector<std::byte> plain;
  AppendNumber(plain, static_cast<std::uint32_t>(entries.size()));
  for (const Entry& entry : entries) {
    AppendNumber(plain, entry.account.value());
    AppendNumber(plain, entry.permissions);
    AppendNumber(plain, static_cast<std::uint8_t>(entry.enabled ? 1 : 0));
    AppendText(plain, entry.api_key);
    AppendText(plain, entry.api_secret);
  }
  Status written = WriteSealedFile(path_, plain, key_);
  Wipe(plain);
  if (!written.ok()) {
    return written;
  }
  auto next = std::make_shared<const Table>(std::move(entries), generation() + 1);
  const std::lock_guard lock(table_mutex_);
  table_.swap(next);
  return Status::Ok();
}

std::shared_ptr<const EmbeddedKeyStore::Table> EmbeddedKeyStore::Snapshot() const {
  const std::lock_guard lock(table_mutex_);
  return table_;
}

std::shared_ptr<const KeyRecord> EmbeddedKeyStore::Find(std::string_view api_key) const {
  if (api_key.size() > kMaxApiKeyBytes) {
    return nullptr;
  }
  const auto table = Snapshot();
  const auto found = table->records.find(api_key);
  return found == table->records.end() ? nullptr : found->second;
}

std::uint64_t EmbeddedKeyStore::generation() const { return Snapshot()->generation; }

std::size_t EmbeddedKeyStore::size() const { return Snapshot()->records.size(); }

Result<ApiCredentials> EmbeddedKeyStore::Create(AccountId account, std::uint32_t permissions) {
  ApiCredentials credentials{RandomText(), RandomText()};
  auto entries = Snapshot()->entries;
  entries.push_back({account, permissions, true, credentials.api_key, credentials.api_secret});
  const Status replaced = Replace(std::move(entries));
  if (!replaced.ok()) {
    return std::unexpected(replaced);
  }
  return credentials;
}

Status EmbeddedKeyStore::SetEnabled(std::string_view api_key, bool enabled) {
  auto entries = Snapshot()->entries;
  for (Entry& entry : entries) {
    if (entry.api_key == api_key) {
      entry.enabled = enabled;
      return Replace(std::move(entries));
    }
  }
  return {StatusCode::kNotFound, "no such API key"};
}

}  // namespace lockstep
