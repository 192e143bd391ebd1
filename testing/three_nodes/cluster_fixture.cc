#include "testing/three_nodes/cluster_fixture.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/status.h"
#include "client/command_builder.h"
#include "client/credentials.h"
#include "client/local_cluster.h"
#include "client/sbe_client.h"
#include "client/wire.h"
#include "lockstep_sbe/ResendEnd.h"
#include "testing/support/account_questions.h"
#include "testing/support/http_get.h"
#include "testing/support/public_trades.h"
#include "testing/three_nodes/cluster_trader.h"

namespace lockstep::testing_system {
namespace {

constexpr std::int64_t kTimeoutMs = 10'000;
constexpr std::int64_t kScrapeMs = 2'000;

void Pause() {
  const timespec pause = {0, 5'000'000};
  nanosleep(&pause, nullptr);
}

template <class Number>
Number ToNumber(std::string_view text, Number otherwise) {
  Number value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

ClusterTest::ClusterTest() {
  std::string path = (std::filesystem::temp_directory_path() / "lockstep-cluster-XXXXXX").string();
  directory_ = mkdtemp(path.data());
}

ClusterTest::~ClusterTest() {
  traders_.clear();
  cluster_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void ClusterTest::SetUp() {
  auto made = LocalCluster::Make({.executable = std::string(LOCKSTEP_BINARY_DIR) + "/lockstep",
                                  .directory = directory_,
                                  .members = kNodes,
                                  .cluster_settings = {},
                                  .more_settings = {}});
  ASSERT_TRUE(made) << made.error().message();
  cluster_ = std::move(*made);
  const Status started = cluster_->StartAll();
  ASSERT_TRUE(started.ok()) << started.message();
  const auto read = ReadKeysFile(cluster_->keys_path());
  ASSERT_TRUE(read) << read.error().message();
  keys_ = *read;
}

bool ClusterTest::Await(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    Pause();
  }
  return true;
}

// ---- load ----

void ClusterTest::StartTraders(double orders_per_second_each) {
  const std::uint64_t seed = std::random_device{}();
  fmt::print("traders' seed {}\n", seed);
  std::uint64_t number = 0;
  for (const Credentials* credentials :
       {&keys_->maker, &keys_->taker, &keys_->maker, &keys_->taker}) {
    traders_.push_back(std::make_unique<ClusterTrader>(
        ClusterTraderOptions{.addresses = cluster_->sbe_addresses(),
                             .credentials = *credentials,
                             .seed = seed + number++,
                             .orders_per_second = orders_per_second_each}));
  }
  ASSERT_TRUE(Await([this] {
    return std::ranges::all_of(traders_,
                               [](const auto& trader) { return trader->acknowledged() > 10; });
  })) << cluster_->Tail();
}

std::uint64_t ClusterTest::Acknowledged() const {
  std::uint64_t sum = 0;
  for (const auto& trader : traders_) {
    sum += trader->acknowledged();
  }
  return sum;
}

void ClusterTest::AwaitAcknowledged(std::uint64_t more) {
  const std::uint64_t wanted = Acknowledged() + more;
  ASSERT_TRUE(Await([&] { return Acknowledged() >= wanted; }))
      << Acknowledged() << " of " << wanted << "\n"
      << cluster_->Tail();
}

void ClusterTest::AwaitLeader(int not_this) {
  const auto leader = cluster_->AwaitLeader(60'000, not_this);
  ASSERT_TRUE(leader) << leader.error().message();
}

// ---- what nodes say ----

std::optional<NodeState> ClusterTest::StateOf(int member) const {
  const HttpAnswer answer = HttpGet(cluster_->http_address(member), "/metrics", kScrapeMs);
  const std::string_view line = Between(answer.body, "lockstep_engine_digest{", "}");
  if (answer.status != 200 || line.empty()) {
    return std::nullopt;
  }
  return NodeState{.position = ToNumber<std::int64_t>(Between(line, "position=\"", "\""), -1),
                   .digest = std::string(Between(line, "digest=\"", "\""))};
}

std::optional<double> ClusterTest::MetricOf(int member, const std::string& name) const {
  const HttpAnswer answer = HttpGet(cluster_->http_address(member), "/metrics", kScrapeMs);
  const std::string_view value = Between(answer.body, "\n" + name + " ", "\n");
  if (answer.status != 200 || value.empty()) {
    return std::nullopt;
  }
  return ToNumber<double>(value, -1);
}

void ClusterTest::ExpectEqualDigests() {
  std::map<std::int64_t, std::map<int, std::string>> seen;
  std::string differs;
  const bool met = Await([&] {
    for (int member = 0; member < kNodes; ++member) {
      const auto state = StateOf(member);
      // 0: nothing was applied yet.
      if (!state || state->position <= 0) {
        continue;
      }
      auto& at_position = seen[state->position];
      at_position[member] = state->digest;
      for (const auto& [other, digest] : at_position) {
        if (digest != state->digest) {
          differs = fmt::format("at position {} node {} has {}, node {} has {}", state->position,
                                member, state->digest, other, digest);
          return true;
        }
      }
      if (at_position.size() == kNodes) {
        return true;
      }
    }
    return false;
  });
  EXPECT_EQ(differs, "");
  EXPECT_TRUE(met) << "the nodes were never seen at one position\n" << cluster_->Tail();
}

// ---- comparison ----

void ClusterTest::StopTraders() {
  for (const auto& trader : traders_) {
    trader->Stop();
  }
}

void ClusterTest::StopAndCompare() {
  StopTraders();
  std::uint64_t replayed = 0;
  std::uint64_t again = 0;
  std::int64_t longest_ns = 0;
  for (const auto& trader : traders_) {
    ASSERT_EQ(trader->fault(), "") << cluster_->Tail();
    replayed += trader->replayed();
    again += trader->counters().sent_again;
    longest_ns = std::max(longest_ns, trader->longest_wait_ns());
  }
  ExpectEqualDigests();
  for (const auto& trader : traders_) {
    CompareWithLeader(*trader);
    ASSERT_FALSE(HasFailure());
  }
  for (int member = 0; member < kNodes; ++member) {
    for (const auto& trader : traders_) {
      CompareEventsOn(member, *trader);
      ASSERT_EQ(trader->fault(), "") << "node " << member;
    }
    CompareTradesOn(member);
  }
  fmt::print(
      "{} commands acknowledged, {} trades, {} sent again of which {} had been executed, the "
      "longest wait {} ms\n",
      Acknowledged(), TradesOfLedgers().size(), again, replayed, longest_ns / 1'000'000);
}

void ClusterTest::CompareWithLeader(ClusterTrader& trader) {
  CommandBuilder commands;
  std::string trouble = "no leader";
  Result<OpenOrders> orders = OpenOrders();
  Result<BalancesAnswer> answer = BalancesAnswer();
  // Who leads may change between the two questions.
  ASSERT_TRUE(Await([&] {
    const auto leader = cluster_->Leader();
    if (!leader) {
      return false;
    }
    auto client = SbeClient::Connect(cluster_->sbe_address(*leader), kTimeoutMs);
    if (!client || !(*client)->Logon(trader.credentials(),
                                     {.resend = true,
                                      .last_private_sequence = trader.ledger().last_sequence()})) {
      return false;
    }
    orders = AskOpenOrders(**client, commands, trader.ledger());
    answer = AskBalances(**client, commands, trader.ledger());
    trouble = orders ? (answer ? "" : answer.error().message()) : orders.error().message();
    return trouble.empty();
  })) << trouble
      << cluster_->Tail();
  const AccountLedger& ledger = trader.ledger();
  EXPECT_EQ(ledger.fault(), "");
  EXPECT_EQ(answer->private_sequence, ledger.last_sequence());
  EXPECT_TRUE(*orders == ledger.open_orders())
      << orders->size() << " open orders, " << ledger.open_orders().size() << " in the books";
  EXPECT_TRUE(answer->balances == ledger.balances()) << "balances differ from the books";
}

// All private events that the node holds, against the books.
void ClusterTest::CompareEventsOn(int member, ClusterTrader& trader) {
  const std::uint64_t last = trader.ledger().last_sequence();
  ASSERT_TRUE(Await([&] {
    auto client = SbeClient::Connect(cluster_->sbe_address(member), kTimeoutMs);
    if (!client) {
      return false;
    }
    const auto logon = (*client)->Logon(trader.credentials(), {.resend = true}, kTimeoutMs);
    if (!logon || logon->private_sequence < last) {
      return false;
    }
    EXPECT_EQ(logon->private_sequence, last) << "node " << member;
    for (;;) {
      const auto message = (*client)->Receive(kTimeoutMs);
      if (!message) {
        return false;
      }
      if (As<sbe::ResendEnd>(*message)) {
        return true;
      }
      trader.ledger().TakeNumbered(*message);
    }
  })) << "node "
      << member << " does not tell its events up to " << last << "\n"
      << cluster_->Tail();
}

std::map<std::uint64_t, std::int64_t> ClusterTest::TradesOfLedgers() {
  std::map<std::uint64_t, std::int64_t> trades;
  for (const auto& trader : traders_) {
    for (const auto& [ids, quantity_lots] : trader->ledger().fills()) {
      trades[ids.first] = quantity_lots;
    }
  }
  return trades;
}

void ClusterTest::CompareTradesOn(int member) {
  const auto expected = TradesOfLedgers();
  std::map<std::uint64_t, std::int64_t> found;
  std::uint64_t twice = 0;
  // History is stored a little later.
  const bool all = Await([&] {
    for (;;) {
      const std::uint64_t next = found.empty() ? 1 : found.rbegin()->first + 1;
      const auto page = TradesFrom(cluster_->http_address(member), next);
      if (!page || page->empty()) {
        break;
      }
      for (const PublicTrade& trade : *page) {
        twice += found.emplace(trade.id, trade.quantity_lots).second ? 0U : 1U;
      }
    }
    return found.size() >= expected.size();
  });
  EXPECT_TRUE(all) << "node " << member << " has " << found.size() << " trades";
  EXPECT_EQ(twice, 0U) << "node " << member;
  EXPECT_TRUE(found == expected) << "node " << member << " has " << found.size()
                                 << " trades, the ledgers " << expected.size();
}

}  // namespace lockstep::testing_system
