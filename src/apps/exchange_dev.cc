#include "apps/exchange_dev.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "client/command_builder.h"
#include "client/credentials.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kUsdt = 1;
constexpr std::uint32_t kBtc = 2;
constexpr std::uint32_t kEth = 3;
constexpr std::uint8_t kScale = 8;
constexpr std::int64_t kUnit = 100'000'000;  // 10^kScale
constexpr std::uint64_t kMakerAccount = 1;
constexpr std::uint64_t kTakerAccount = 2;
constexpr std::uint64_t kAdminAccount = 1'000;
constexpr std::uint64_t kSource = 1;  // of the first deposits
constexpr std::int32_t kFeePpm = 1'000;
constexpr std::int64_t kMinNotional = 5 * kUnit;

class Submitter {
 public:
  explicit Submitter(const std::function<bool(std::span<const std::byte>)>& submit)
      : submit_(submit) {}

  void operator()(std::span<const std::byte> command) {
    failed_ = failed_ || !submit_(command);
    ++count_;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  const std::function<bool(std::span<const std::byte>)>& submit_;
  bool failed_ = false;
  std::size_t count_ = 0;
};

SymbolFields Symbol(std::uint32_t symbol, std::string_view name, std::uint32_t base,
                    std::uint8_t quantity_scale) {
  return {.symbol = symbol,
          .name = name,
          .base_asset = base,
          .quote_asset = kUsdt,
          .price_scale = 2,
          .quantity_scale = quantity_scale,
          .maker_fee_ppm = kFeePpm,
          .taker_fee_ppm = kFeePpm,
          .min_notional = kMinNotional};
}

bool Knows(const EmbeddedKeyStore& store, const KeysFile& keys) {
  return store.Find(keys.maker.api_key) && store.Find(keys.taker.api_key) &&
         store.Find(keys.admin.api_key);
}

Status WritePrivateFile(const std::string& path, const std::string& text) {
  const auto failed = [&path](const char* call) {
    return Status(StatusCode::kIoError, path + ": " + call + ": " + std::strerror(errno));
  };
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return failed("open");
  }
  const ssize_t written = write(fd, text.data(), text.size());
  const bool synced = fdatasync(fd) == 0;
  close(fd);
  if (written != static_cast<ssize_t>(text.size()) || !synced) {
    return failed("write");
  }
  return rename(temporary.c_str(), path.c_str()) == 0 ? Status::Ok() : failed("rename");
}

}  // namespace

Result<std::size_t> SubmitDevCommands(
    const std::function<bool(std::span<const std::byte>)>& submit) {
  // Request ids of 0 are not remembered, so a restart may repeat them.
  CommandBuilder commands = CommandBuilder::WithoutRequestIds();
  Submitter pass(submit);
  pass(commands.CreateAsset(kUsdt, "USDT", kScale));
  pass(commands.CreateAsset(kBtc, "BTC", kScale));
  pass(commands.CreateAsset(kEth, "ETH", kScale));
  pass(commands.CreateSymbol(Symbol(1, "BTCUSDT", kBtc, 5)));
  pass(commands.CreateSymbol(Symbol(2, "ETHUSDT", kEth, 4)));
  std::uint64_t number = 0;
  for (const std::uint64_t account : {kMakerAccount, kTakerAccount}) {
    pass(commands.CreateAccount(account));
    pass(commands.Deposit(account, kUsdt, 1'000'000 * kUnit, kSource, ++number));
    pass(commands.Deposit(account, kBtc, 1'000 * kUnit, kSource, ++number));
    pass(commands.Deposit(account, kEth, 10'000 * kUnit, kSource, ++number));
  }
  pass(commands.CreateAccount(kAdminAccount));
  if (pass.failed()) {
    return Error(StatusCode::kUnavailable, "the log takes no commands");
  }
  return pass.count();
}

Status EnsureDevKeys(EmbeddedKeyStore& store, const std::string& path) {
  if (const auto keys = ReadKeysFile(path); keys && Knows(store, *keys)) {
    return chmod(path.c_str(), 0600) == 0
               ? Status::Ok()
               : Status(StatusCode::kIoError, path + ": " + std::strerror(errno));
  }
  constexpr std::uint32_t kTrader = kPermissionRead | kPermissionTrade;
  struct Wanted {
    std::uint64_t account;
    std::uint32_t permissions;
    Credentials credentials;
  };
  std::array<Wanted, 3> wanted = {{{kMakerAccount, kTrader, {}},
                                   {kTakerAccount, kTrader, {}},
                                   {kAdminAccount, kPermissionRead | kPermissionAdmin, {}}}};
  for (Wanted& one : wanted) {
    const auto created = store.Create(AccountId(one.account), one.permissions);
    if (!created) {
      return created.error();
    }
    one.credentials = {created->api_key, created->api_secret};
  }
  return WritePrivateFile(
      path, KeysFileText({wanted[0].credentials, wanted[1].credentials, wanted[2].credentials}));
}

}  // namespace lockstep
