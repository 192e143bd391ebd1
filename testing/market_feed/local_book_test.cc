#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "market_data/depth_fold.h"
#include "market_data/feed.h"
#include "market_data/price_levels.h"
#include "market_data/stream_feed.h"
#include "market_data/streams/stream_publisher.h"
#include "market_data/symbol_book.h"
#include "protocol/decimal.h"
#include "testing/market_feed/engine_market.h"
#include "testing/market_feed/stream_subscriber.h"

namespace lockstep {
namespace {

constexpr std::int64_t kMs = 1'000'000;

LocalBook::Levels TrueLevels(const DepthFold& depth, BookSide side) {
  LocalBook::Levels levels;
  depth.levels(side).VisitBestFirst([&](std::int64_t price_ticks, const DepthLevel& level) {
    levels[DecimalText(price_ticks, 2)] = DecimalText(level.quantity_lots, 5);
    return true;
  });
  return levels;
}

// Clients that subscribe and take their snapshot at random moments of a random market.
class LocalBooks {
 public:
  explicit LocalBooks(std::uint64_t seed)
      : market_(seed, EngineMarket::Routing::kByHand), random_(seed) {
    market_.Lead();
    market_.SetUp();
    market_.Route();
  }

  void Step() {
    const std::uint64_t dice = Roll(100);
    if (dice < 60) {
      market_.ApplyRandomEntry(1 + static_cast<int>(Roll(8)));
      // At times a question is asked while events that nobody has folded wait on the ring.
      if (Roll(4) != 0) {
        market_.Route();
      }
    } else if (dice < 80) {
      market_.Pass(static_cast<std::int64_t>(Roll(150)) * kMs);
    } else if (dice < 84) {
      Join();
    } else if (dice < 96) {
      AskForSnapshot();
    } else {
      Leave();
    }
    Receive();
  }

  // After a second in which nothing happens every book is the market's.
  void ExpectAllAgree() {
    market_.Route();
    market_.Pass(1'000 * kMs);
    Receive();
    const SymbolBook& book = *market_.router().FindBook(EngineMarket::kSymbol);
    for (auto& [id, client] : clients_) {
      if (client.book.HasSnapshot()) {
        EXPECT_TRUE(client.book.bids() == TrueLevels(book.depth(), BookSide::kBuy))
            << client.stream;
        EXPECT_TRUE(client.book.asks() == TrueLevels(book.depth(), BookSide::kSell))
            << client.stream;
        EXPECT_LE(client.book.last_update_id(), book.symbol_sequence());
        ++compared_;
      }
    }
  }

  [[nodiscard]] std::size_t compared() const { return compared_; }

 private:
  struct Client {
    std::string stream;
    LocalBook book;
  };

  void Join() {
    static const std::vector<std::string> streams = {"btcusdt@depth", "btcusdt@depth@100ms",
                                                     "/topic/market/depth/BTCUSDT"};
    const SubscriberId id(++last_id_);
    Client& client = clients_[id];
    client.stream = streams[Roll(streams.size())];
    market_.streams().SubscribeStream(id, sink_, client.stream);
  }

  void AskForSnapshot() {
    for (auto& [id, client] : clients_) {
      if (!client.book.HasSnapshot() && Roll(2) == 0) {
        std::string answer;
        market_.streams().Ask(
            {.kind = MarketQueryKind::kDepth, .symbols = {EngineMarket::kSymbol}, .limit = 5'000},
            [&](std::string json) { answer = std::move(json); });
        market_.Route();
        Receive();
        client.book.OnSnapshot(answer);
        return;
      }
    }
  }

  void Leave() {
    if (!clients_.empty()) {
      const SubscriberId id = clients_.begin()->first;
      market_.streams().ForgetStreams(id, sink_);
      market_.Route();
      clients_.erase(id);
      sink_.Take(id);
    }
  }

  void Receive() {
    for (auto& [id, client] : clients_) {
      for (const std::string& payload : sink_.Take(id)) {
        client.book.OnEvent(payload);
      }
    }
  }

  std::uint64_t Roll(std::uint64_t below) { return random_() % below; }

  RecordingStreamSink sink_;
  EngineMarket market_;
  std::mt19937_64 random_;
  std::map<SubscriberId, Client> clients_;
  std::uint64_t last_id_ = 0;
  std::size_t compared_ = 0;
};

TEST(LocalBook, FollowsTheEnginesBookFromAnyMoment) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    LocalBooks books(seed);
    for (int round = 0; round < 30; ++round) {
      for (int step = 0; step < 100; ++step) {
        books.Step();
      }
      books.ExpectAllAgree();
    }
    EXPECT_GT(books.compared(), 50U);
  }
}

}  // namespace
}  // namespace lockstep
