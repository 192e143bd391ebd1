#include "auth/embedded_key_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace lockstep {
namespace {

class EmbeddedKeyStoreTest : public testing::Test {
 protected:
  EmbeddedKeyStoreTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lockstep_XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~EmbeddedKeyStoreTest() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string Path(const char* name) const { return directory_ + "/" + name; }
  [[nodiscard]] std::string Contents(const char* name) const {
    std::ifstream file(Path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void Overwrite(const char* name, const std::string& contents) const {
    std::ofstream(Path(name), std::ios::binary | std::ios::trunc) << contents;
  }
  [[nodiscard]] std::unique_ptr<EmbeddedKeyStore> Open() const {
    auto store = EmbeddedKeyStore::Open(directory_);
    EXPECT_TRUE(store.has_value()) << store.error().message();
    return std::move(*store);
  }
  [[nodiscard]] StatusCode OpenError() const {
    const auto store = EmbeddedKeyStore::Open(directory_);
    return store.has_value() ? StatusCode::kOk : store.error().code();
  }

  std::string directory_;
};

TEST_F(EmbeddedKeyStoreTest, KeysOutliveTheProcessAndVerify) {
  ApiCredentials made;
  {
    const auto store = Open();
    made = store->Create(AccountId(7), kPermissionRead | kPermissionTrade).value();
    ASSERT_TRUE(store->Create(AccountId(8), kPermissionAdmin).has_value());
  }
  const auto store = Open();
  EXPECT_EQ(store->size(), 2U);
  const auto key = store->Find(made.api_key);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->account, AccountId(7));
  EXPECT_EQ(key->permissions, kPermissionRead | kPermissionTrade);
  EXPECT_TRUE(key->enabled);
  const std::string text = "message";
  const auto message = std::as_bytes(std::span(text));
  const HmacSha256Key users(std::as_bytes(std::span(made.api_secret)));
  EXPECT_TRUE(key->hmac.Verify({message}, users.Sign({message})));
}

TEST_F(EmbeddedKeyStoreTest, UnknownKeysAreNotFound) {
  const auto store = Open();
  EXPECT_EQ(store->Find(""), nullptr);
  EXPECT_EQ(store->Find(std::string(100'000, 'a')), nullptr);
  EXPECT_EQ(store->SetEnabled("nobody", false).code(), StatusCode::kNotFound);
}

TEST_F(EmbeddedKeyStoreTest, DisablingIsKeptAndMovesTheGeneration) {
  const ApiCredentials made = [&] {
    const auto store = Open();
    auto credentials = store->Create(AccountId(7), kPermissionRead).value();
    const auto before = store->Find(credentials.api_key);
    const std::uint64_t generation = store->generation();
    EXPECT_TRUE(store->SetEnabled(credentials.api_key, false).ok());
    EXPECT_GT(store->generation(), generation);
    EXPECT_TRUE(before->enabled);  // a record held does not change
    return credentials;
  }();
  EXPECT_FALSE(Open()->Find(made.api_key)->enabled);
}

TEST_F(EmbeddedKeyStoreTest, FilesShowNoSecretAndAreTheOwnersAlone) {
  const ApiCredentials made = Open()->Create(AccountId(7), kPermissionRead).value();
  for (const char* name : {"keys.sealed", "master.key"}) {
    struct stat about{};
    ASSERT_EQ(stat(Path(name).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U) << name;
    EXPECT_EQ(Contents(name).find(made.api_secret), std::string::npos);
    EXPECT_EQ(Contents(name).find(made.api_key), std::string::npos);
  }
}

TEST_F(EmbeddedKeyStoreTest, EveryFlippedByteOfTheFileIsSeen) {
  ASSERT_TRUE(Open()->Create(AccountId(7), kPermissionRead).has_value());
  const std::string good = Contents("keys.sealed");
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    Overwrite("keys.sealed", bad);
    ASSERT_NE(OpenError(), StatusCode::kOk) << "byte " << i;
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{11}, good.size() - 1}) {
    Overwrite("keys.sealed", good.substr(0, length));
    EXPECT_EQ(OpenError(), StatusCode::kCorruption) << "length " << length;
  }
  Overwrite("keys.sealed", good);
  EXPECT_EQ(OpenError(), StatusCode::kOk);
}

TEST_F(EmbeddedKeyStoreTest, MasterKeyOfAnotherOrReadableByOthersIsRefused) {
  ASSERT_TRUE(Open()->Create(AccountId(7), kPermissionRead).has_value());
  const std::string good = Contents("master.key");
  ASSERT_EQ(chmod(Path("master.key").c_str(), 0640), 0);
  EXPECT_EQ(OpenError(), StatusCode::kInvalidArgument);
  ASSERT_EQ(chmod(Path("master.key").c_str(), 0600), 0);
  Overwrite("master.key", std::string(32, 'x'));
  EXPECT_EQ(OpenError(), StatusCode::kCorruption);
  Overwrite("master.key", std::string(31, 'x'));
  EXPECT_EQ(OpenError(), StatusCode::kInvalidArgument);
  Overwrite("master.key", good);
  EXPECT_EQ(OpenError(), StatusCode::kOk);
}

TEST_F(EmbeddedKeyStoreTest, FailedWriteChangesNothing) {
  const auto store = Open();
  const ApiCredentials made = store->Create(AccountId(7), kPermissionRead).value();
  // Nothing can be created under this name while a folder with something in it has it.
  std::filesystem::create_directories(Path("keys.sealed.new") + "/occupied");
  EXPECT_FALSE(store->Create(AccountId(8), kPermissionRead).has_value());
  EXPECT_FALSE(store->SetEnabled(made.api_key, false).ok());
  EXPECT_EQ(store->size(), 1U);
  EXPECT_TRUE(store->Find(made.api_key)->enabled);
}

TEST_F(EmbeddedKeyStoreTest, LookUpsGoOnWhileKeysChange) {
  const auto store = Open();
  const ApiCredentials made = store->Create(AccountId(7), kPermissionRead).value();
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    while (!stop.load()) {
      ASSERT_NE(store->Find(made.api_key), nullptr);
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(store->SetEnabled(made.api_key, i % 2 == 0).ok());
  }
  stop.store(true);
  reader.join();
}

}  // namespace
}  // namespace lockstep
