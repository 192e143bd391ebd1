// kill -9 at random moments under REST load, again and again in the same data directory. After each
// restart: requests that had no answer get one when they are sent again, those that had get the
// same; and orders, trades, open orders and balances, read through the API, are exactly what the
// clients' own ledgers say.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/spot_api.h"
#include "testing/system/rest_ledger.h"
#include "testing/system/rest_trader.h"
#include "testing/system/system_fixture.h"

namespace lockstep::testing_system {
namespace {

constexpr std::uint32_t kTradersOfAccount = 3;
constexpr std::uint32_t kRecvWindowMs = 59'000;  // longer than a restart takes
constexpr std::string_view kSymbol = "BTCUSDT";

int Rounds() {
  const char* set = std::getenv("LOCKSTEP_CRASH_ROUNDS");
  return set != nullptr ? std::atoi(set) : 5;
}

// Tells when something new appears in a directory.
class DirectoryWatch {
 public:
  explicit DirectoryWatch(const std::string& path) : fd_(inotify_init1(IN_CLOEXEC)) {
    EXPECT_GE(inotify_add_watch(fd_, path.c_str(), IN_CREATE), 0) << path;
  }
  ~DirectoryWatch() { close(fd_); }
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  [[nodiscard]] bool AwaitNew(std::chrono::milliseconds timeout) const {
    pollfd entry = {fd_, POLLIN, 0};
    return poll(&entry, 1, static_cast<int>(timeout.count())) > 0;
  }

 private:
  int fd_;
};

// A row of pages, until one is not full.
template <class Row, class ReadPage, class IdOf>
std::vector<Row> AllPages(ReadPage read_page, IdOf id_of) {
  constexpr std::size_t kFullPage = 1'000;
  std::vector<Row> rows;
  std::uint64_t from = 0;
  for (;;) {
    const auto page = read_page(from);
    if (!page) {
      ADD_FAILURE() << page.error().message();
      return rows;
    }
    // Two rows may have one id (a self-trade): the last id of a full page is read again.
    while (!rows.empty() && id_of(rows.back()) >= from) {
      rows.pop_back();
    }
    rows.insert(rows.end(), page->begin(), page->end());
    if (page->size() < kFullPage) {
      return rows;
    }
    from = id_of(rows.back());
  }
}

AccountView ReadAccount(SpotApi& api) {
  AccountView view;
  view.orders =
      AllPages<SpotOrder>([&](std::uint64_t from) { return api.AllOrders(kSymbol, from); },
                          [](const SpotOrder& order) { return order.order_id; });
  view.trades = AllPages<SpotTrade>([&](std::uint64_t from) { return api.MyTrades(kSymbol, from); },
                                    [](const SpotTrade& trade) { return trade.trade_id; });
  const auto open = api.OpenOrders(kSymbol);
  const auto balances = api.Account();
  EXPECT_TRUE(open && balances);
  if (open && balances) {
    view.open_orders = *open;
    view.balances = *balances;
  }
  return view;
}

struct RestRestart {
  const char* name;
  const char* settings;
  bool takes_snapshots;
};

class RestCrashTest : public SystemTest, public ::testing::WithParamInterface<RestRestart> {
 protected:
  struct Account {
    std::string name;
    Credentials credentials;
    std::deque<RestTrader> traders;
    std::vector<SpotBalance> first_balances;
  };

  void Start() {
    const std::string path = directory() + "/exchange.toml";
    // Amends and the pages of whole histories are more than one address may ask for in a minute.
    std::ofstream(path) << GetParam().settings << "[limits]\nweight_per_minute = 0\n";
    exchange_ = StartExchange({"--config", path});
    ASSERT_NE(exchange_, nullptr);
  }

  void OpenAccounts(std::mt19937_64& random) {
    const auto keys = ReadKeysFile(exchange_->keys_path());
    ASSERT_TRUE(keys);
    for (auto& [name, credentials] :
         {std::pair("maker", keys->maker), std::pair("taker", keys->taker)}) {
      Account& account = accounts_.emplace_back();
      account.name = name;
      account.credentials = credentials;
      for (std::uint32_t i = 0; i < kTradersOfAccount; ++i) {
        account.traders.emplace_back(name + std::to_string(i), credentials, kRecvWindowMs + i,
                                     random());
      }
      SpotApi api(exchange_->http_address(), credentials);
      const auto balances = api.Account();
      ASSERT_TRUE(balances) << balances.error().message();
      account.first_balances = *balances;
    }
  }

  // All trade until the exchange is killed.
  void TradeAndKill(std::mt19937_64& random) {
    std::vector<std::thread> threads;
    for (Account& account : accounts_) {
      for (RestTrader& trader : account.traders) {
        threads.emplace_back([&trader] {
          while (trader.Trade()) {
          }
        });
      }
    }
    // The moment is random by purpose: any, or within the writing of a snapshot.
    if (GetParam().takes_snapshots) {
      const DirectoryWatch snapshots(data() + "/snapshots");
      EXPECT_TRUE(snapshots.AwaitNew(std::chrono::seconds(60))) << "no snapshot is taken";
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 400));
    }
    exchange_->Kill();
    for (std::thread& thread : threads) {
      thread.join();
    }
  }

  void ExpectNoFaults() const {
    for (const Account& account : accounts_) {
      for (const RestTrader& trader : account.traders) {
        ASSERT_EQ(trader.fault(), "");
      }
    }
  }

  void Reconnect() {
    for (Account& account : accounts_) {
      for (RestTrader& trader : account.traders) {
        trader.Reconnect(exchange_->http_address());
      }
    }
  }

  void CompareAll() {
    std::vector<AccountBooks> books;
    for (const Account& account : accounts_) {
      SpotApi api(exchange_->http_address(), account.credentials);
      AccountBooks& one = books.emplace_back();
      one.name = account.name;
      one.first_balances = account.first_balances;
      for (const RestTrader& trader : account.traders) {
        one.ledger.Merge(trader.ledger());
      }
      one.view = ReadAccount(api);
    }
    ASSERT_EQ(CompareBooks(books), "");
  }

  void PrintSummary(int rounds) const {
    std::uint64_t acknowledged = 0;
    std::uint64_t repeated = 0;
    std::uint64_t recovered = 0;
    std::uint64_t done_before = 0;
    std::size_t orders = 0;
    std::size_t fills = 0;
    for (const Account& account : accounts_) {
      for (const RestTrader& trader : account.traders) {
        acknowledged += trader.acknowledged();
        repeated += trader.repeated();
        recovered += trader.recovered();
        done_before += trader.done_before();
        for (const auto& [id, facts] : trader.ledger().orders()) {
          orders += facts.is_placed ? 1 : 0;
          fills += facts.placed.fills.size();
        }
      }
    }
    fmt::print(
        "{} kills, {} acknowledged requests, {} orders, {} trades; repeated: {} that had an "
        "answer, {} that had none, of which {} had been done\n",
        rounds, acknowledged, orders, fills, repeated, recovered, done_before);
  }

  std::unique_ptr<LocalExchange> exchange_;
  std::deque<Account> accounts_;
};

TEST_P(RestCrashTest, LedgersAndExchangeAgree) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(OpenAccounts(random));
  ASSERT_NO_FATAL_FAILURE(Reconnect());
  const int rounds = Rounds();
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    ASSERT_NO_FATAL_FAILURE(TradeAndKill(random));
    ASSERT_NO_FATAL_FAILURE(ExpectNoFaults());
    ASSERT_NO_FATAL_FAILURE(Start());
    Reconnect();
    ASSERT_NO_FATAL_FAILURE(ExpectNoFaults());
    ASSERT_NO_FATAL_FAILURE(CompareAll());
  }
  PrintSummary(rounds);
  EXPECT_EQ(exchange_->Terminate().value_or(-1), 0);
}

INSTANTIATE_TEST_SUITE_P(Restarts, RestCrashTest,
                         ::testing::Values(RestRestart{"FromTheLog", "", false},
                                           RestRestart{"WithinSnapshots",
                                                       "[snapshot]\ninterval_seconds = 1\n", true}),
                         [](const auto& restart) { return std::string(restart.param.name); });

}  // namespace
}  // namespace lockstep::testing_system
