#include "auth/sealed_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/posix_file.h"

namespace lockstep {
namespace {

constexpr std::string_view kMagic = "LSSEALED";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kPrefixBytes = 8 + sizeof(kVersion);
constexpr std::size_t kSealedHeaderBytes = kPrefixBytes + crypto_secretbox_NONCEBYTES;
// Far more than a million keys; a larger file is not one of ours.
constexpr std::int64_t kMaxFileBytes = std::int64_t{1} << 30;

unsigned char* Raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* Raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// Writes beside `path`, fsyncs, renames over it and fsyncs the folder: a crash leaves the old file
// or the new one.
Status WriteFileAtomically(const std::string& path, std::span<const std::byte> bytes) {
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());
  {
    // Not by OpenFile: this one is nobody else's to read from the first moment on.
    const FileDescriptor file(
        open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.IsOpen()) {
      return IoError(temporary, "open", errno);
    }
    Status written = WriteAt(file.get(), temporary, bytes, 0);
    if (written.ok() && fsync(file.get()) != 0) {
      written = IoError(temporary, "fsync", errno);
    }
    if (!written.ok()) {
      return written;
    }
  }
  const Status renamed = RenameFile(temporary, path);
  return renamed.ok() ? SyncDirectory(FolderOf(path)) : renamed;
}

// The whole of a file of at most `max_bytes`. kNotFound, kIoError; kCorruption: it is larger.
Result<std::vector<std::byte>> ReadWholeFile(const FileDescriptor& file, const std::string& path,
                                             std::int64_t max_bytes) {
  const auto size = FileBytes(file.get(), path);
  if (!size.has_value()) {
    return std::unexpected(size.error());
  }
  if (*size > max_bytes) {
    return Error(StatusCode::kCorruption, path + " is larger than any file of its kind");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(*size));
  const auto got = ReadAt(file.get(), path, bytes, 0);
  if (!got.has_value()) {
    return std::unexpected(got.error());
  }
  bytes.resize(*got);
  return bytes;
}

}  // namespace

MasterKey::MasterKey() {
  // sodium_malloc: guarded pages, locked in memory, MADV_DONTDUMP.
  if (sodium_init() >= 0) {
    key_ = static_cast<std::byte*>(sodium_malloc(crypto_secretbox_KEYBYTES));
  }
}

MasterKey::MasterKey(MasterKey&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}

MasterKey& MasterKey::operator=(MasterKey&& other) noexcept {
  std::swap(key_, other.key_);
  return *this;
}

MasterKey::~MasterKey() { sodium_free(key_); }

std::span<const std::byte> MasterKey::bytes() const { return {key_, crypto_secretbox_KEYBYTES}; }

Result<MasterKey> MasterKey::LoadOrCreate(const std::string& path) {
  MasterKey key;
  if (key.key_ == nullptr) {
    return Error(StatusCode::kUnavailable, "no memory for the master key");
  }
  const std::span<std::byte> bytes(key.key_, crypto_secretbox_KEYBYTES);
  const auto file = OpenFile(path, O_RDONLY);
  if (!file.has_value()) {
    if (file.error().code() != StatusCode::kNotFound) {
      return std::unexpected(file.error());
    }
    randombytes_buf(bytes.data(), bytes.size());
    const Status written = WriteFileAtomically(path, bytes);
    if (!written.ok()) {
      return std::unexpected(written);
    }
    return key;
  }
  struct stat about{};
  if (fstat(file->get(), &about) != 0) {
    return std::unexpected(IoError(path, "fstat", errno));
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error(StatusCode::kInvalidArgument,
                 path + " may be read by others than its owner: chmod 600 it");
  }
  // Straight into the locked page, so that the key lies nowhere else.
  const auto got = ReadAt(file->get(), path, bytes, 0);
  if (!got.has_value()) {
    return std::unexpected(got.error());
  }
  if (std::cmp_not_equal(about.st_size, bytes.size()) || *got != bytes.size()) {
    return Error(StatusCode::kInvalidArgument, path + " is not a master key file of 32 bytes");
  }
  return key;
}

Status WriteSealedFile(const std::string& path, std::span<const std::byte> plain,
                       const MasterKey& key) {
  std::vector<std::byte> sealed(kSealedHeaderBytes + crypto_secretbox_MACBYTES + plain.size());
  std::memcpy(sealed.data(), kMagic.data(), kMagic.size());
  std::memcpy(sealed.data() + kMagic.size(), &kVersion, sizeof(kVersion));
  std::byte* nonce = sealed.data() + kPrefixBytes;
  // 24 random bytes never meet again, so each write may take a fresh one.
  randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Raw(sealed.data() + kSealedHeaderBytes), Raw(plain.data()), plain.size(),
                        Raw(nonce), Raw(key.bytes().data()));
  return WriteFileAtomically(path, sealed);
}

Result<std::vector<std::byte>> ReadSealedFile(const std::string& path, const MasterKey& key) {
  const auto file = OpenFile(path, O_RDONLY);
  if (!file.has_value()) {
    return std::unexpected(file.error());
  }
  const auto sealed_bytes = ReadWholeFile(*file, path, kMaxFileBytes);
  if (!sealed_bytes.has_value()) {
    return std::unexpected(sealed_bytes.error());
  }
  const std::vector<std::byte>& sealed = *sealed_bytes;
  if (sealed.size() < kSealedHeaderBytes + crypto_secretbox_MACBYTES) {
    return Error(StatusCode::kCorruption, path + " is not a sealed file: too short");
  }
  std::uint32_t version = 0;
  std::memcpy(&version, sealed.data() + kMagic.size(), sizeof(version));
  if (std::memcmp(sealed.data(), kMagic.data(), kMagic.size()) != 0) {
    return Error(StatusCode::kCorruption, path + " is not a sealed file: wrong magic at offset 0");
  }
  if (version != kVersion) {
    return Error(StatusCode::kUnimplemented, path + " has version " + std::to_string(version));
  }
  const std::size_t box_bytes = sealed.size() - kSealedHeaderBytes;
  std::vector<std::byte> plain(box_bytes - crypto_secretbox_MACBYTES);
  if (crypto_secretbox_open_easy(Raw(plain.data()), Raw(sealed.data() + kSealedHeaderBytes),
                                 box_bytes, Raw(sealed.data() + kPrefixBytes),
                                 Raw(key.bytes().data())) != 0) {
    return Error(StatusCode::kCorruption,
                 path + " is damaged, or was sealed with another master key");
  }
  return plain;
}

}  // namespace lockstep
