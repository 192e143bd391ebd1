// CompareBooks: the ledgers of all accounts against what the API says of each.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "testing/system/rest_ledger.h"

namespace lockstep::testing_system {
namespace {

constexpr std::int64_t kFeeDivisor = 1'000;  // 0.1 % of what is received, rounded down
constexpr std::int64_t kTickE8 = 1'000'000;  // prices of BTCUSDT have two decimals,
constexpr std::int64_t kLotE8 = 1'000;       // quantities five

// Exact: a tick times a lot is a multiple of the quote asset's smallest unit.
std::int64_t QuoteOf(std::int64_t price_e8, std::int64_t quantity_e8) {
  return (price_e8 / kTickE8) * (quantity_e8 / kLotE8) * 10;
}

class BooksComparison {
 public:
  explicit BooksComparison(const std::vector<AccountBooks>& accounts) : accounts_(accounts) {}

  std::string Run() {
    for (const AccountBooks& books : accounts_) {
      Expect(books.ledger.fault().empty(), books.name + ": " + books.ledger.fault());
      CompareTakerSides(books);
    }
    for (const AccountBooks& books : accounts_) {
      CompareMakerSides(books);
    }
    for (const auto& [trade_id, fill] : fills_) {
      Expect(fill.makers == 1, "trade " + std::to_string(trade_id) + " has " +
                                   std::to_string(fill.makers) + " makers");
    }
    for (const AccountBooks& books : accounts_) {
      CompareOrders(books);
      CompareBalances(books);
    }
    return fault_;
  }

 private:
  // A fill that the answer to placing the taker's order told of.
  struct Fill {
    SpotFill told;
    std::uint64_t order_id;
    bool taker_is_buyer;
    int makers = 0;
  };
  struct Executed {
    std::int64_t quantity_e8 = 0;
    std::int64_t quote_e8 = 0;
  };

  void Expect(bool is_so, const std::string& otherwise) {
    if (!is_so && fault_.empty()) {
      fault_ = otherwise;
    }
  }

  void CompareTakerSides(const AccountBooks& books) {
    std::size_t told = 0;
    for (const auto& [order_id, facts] : books.ledger.orders()) {
      for (const SpotFill& fill : facts.placed.fills) {
        ++told;
        const bool is_new =
            fills_.emplace(fill.trade_id, Fill{fill, order_id, facts.placed.side == "BUY"}).second;
        Expect(is_new, "trade " + std::to_string(fill.trade_id) + " was told of twice");
      }
    }
    std::size_t listed = 0;
    std::pair<std::uint64_t, std::uint64_t> last;
    for (const SpotTrade& trade : books.view.trades) {
      const std::string name = books.name + ": trade " + std::to_string(trade.trade_id);
      const std::pair key(trade.trade_id, trade.order_id);
      Expect(last < key, name + " is listed twice or out of order");
      last = key;
      CompareMoney(name, trade);
      if (trade.is_maker) {
        continue;
      }
      ++listed;
      const auto fill = fills_.find(trade.trade_id);
      Expect(fill != fills_.end() && fill->second.order_id == trade.order_id &&
                 fill->second.taker_is_buyer == trade.is_buyer &&
                 fill->second.told.price_e8 == trade.price_e8 &&
                 fill->second.told.quantity_e8 == trade.quantity_e8 &&
                 fill->second.told.commission_e8 == trade.commission_e8 &&
                 fill->second.told.commission_asset == trade.commission_asset,
             name + " is not what its taker was told");
    }
    Expect(told == listed, books.name + ": " + std::to_string(told) + " fills were told, " +
                               std::to_string(listed) + " are listed");
  }

  void CompareMoney(const std::string& name, const SpotTrade& trade) {
    const std::int64_t quote = QuoteOf(trade.price_e8, trade.quantity_e8);
    const std::int64_t received = trade.is_buyer ? trade.quantity_e8 : quote;
    Expect(trade.quote_e8 == quote && trade.commission_e8 == received / kFeeDivisor &&
               trade.commission_asset == (trade.is_buyer ? "BTC" : "USDT"),
           name + " has a wrong quote quantity or commission");
  }

  void CompareMakerSides(const AccountBooks& books) {
    for (const SpotTrade& trade : books.view.trades) {
      if (!trade.is_maker) {
        continue;
      }
      const std::string name = books.name + ": trade " + std::to_string(trade.trade_id);
      const auto fill = fills_.find(trade.trade_id);
      const auto order = books.ledger.orders().find(trade.order_id);
      if (fill == fills_.end() || order == books.ledger.orders().end()) {
        Expect(false, name + " has no taker, or an order that nobody placed");
        continue;
      }
      ++fill->second.makers;
      Expect(fill->second.taker_is_buyer != trade.is_buyer &&
                 fill->second.told.price_e8 == trade.price_e8 &&
                 fill->second.told.quantity_e8 == trade.quantity_e8 &&
                 order->second.placed.price_e8 == trade.price_e8 &&
                 (order->second.placed.side == "BUY") == trade.is_buyer,
             name + " differs between maker and taker");
    }
  }

  // The order as it must stand, from its ledger and its fills.
  static SpotOrder Expected(std::uint64_t order_id, const OrderFacts& facts,
                            const Executed& executed) {
    SpotOrder order;
    order.order_id = order_id;
    order.client_order_id = facts.client_order_id;
    order.side = facts.placed.side;
    order.price_e8 = facts.placed.price_e8;
    order.quantity_e8 = facts.quantity_e8;
    order.executed_e8 = executed.quantity_e8;
    order.executed_quote_e8 = executed.quote_e8;
    if (facts.is_cancelled) {
      order.status = "CANCELED";
    } else if (facts.placed.status == "EXPIRED" || executed.quantity_e8 == 0) {
      order.status = facts.placed.status;
    } else {
      order.status = executed.quantity_e8 == facts.quantity_e8 ? "FILLED" : "PARTIALLY_FILLED";
    }
    return order;
  }

  static bool IsSame(const SpotOrder& one, const SpotOrder& other) {
    return one.order_id == other.order_id && one.client_order_id == other.client_order_id &&
           one.side == other.side && one.price_e8 == other.price_e8 &&
           one.quantity_e8 == other.quantity_e8 && one.executed_e8 == other.executed_e8 &&
           one.executed_quote_e8 == other.executed_quote_e8 && one.status == other.status;
  }

  static bool AreSame(const std::vector<SpotOrder>& some, const std::vector<SpotOrder>& others) {
    return std::equal(some.begin(), some.end(), others.begin(), others.end(), &IsSame);
  }

  void CompareOrders(const AccountBooks& books) {
    std::map<std::uint64_t, Executed> executed;
    for (const SpotTrade& trade : books.view.trades) {
      executed[trade.order_id].quantity_e8 += trade.quantity_e8;
      executed[trade.order_id].quote_e8 += trade.quote_e8;
    }
    std::vector<SpotOrder> all;
    std::vector<SpotOrder> open;
    for (const auto& [order_id, facts] : books.ledger.orders()) {
      const std::string name = books.name + ": order " + std::to_string(order_id);
      Expect(facts.is_placed, name + " was cancelled or amended, but nobody placed it");
      Expect(
          !facts.is_cancelled || facts.executed_when_cancelled_e8 == executed[order_id].quantity_e8,
          name + " was filled after it was cancelled, or less than it was told");
      all.push_back(Expected(order_id, facts, executed[order_id]));
      if (all.back().IsOpen()) {
        open.push_back(all.back());
      }
    }
    for (std::size_t i = 0; i < std::min(all.size(), books.view.orders.size()); ++i) {
      const SpotOrder& is = books.view.orders[i];
      Expect(IsSame(all[i], is), books.name + ": order " + std::to_string(is.order_id) + " is " +
                                     is.status + ", the ledger has " +
                                     std::to_string(all[i].order_id) + " as " + all[i].status);
    }
    Expect(AreSame(all, books.view.orders),
           books.name + ": allOrders lists " + std::to_string(books.view.orders.size()) +
               " orders, the ledger " + std::to_string(all.size()));
    Expect(AreSame(open, books.view.open_orders),
           books.name + ": openOrders lists " + std::to_string(books.view.open_orders.size()) +
               " orders, the ledger " + std::to_string(open.size()) + ", or they differ");
    for (const SpotOrder& order : open) {
      const std::int64_t leaves_e8 = order.quantity_e8 - order.executed_e8;
      const bool is_buy = order.side == "BUY";
      locked_[{books.name, is_buy ? "USDT" : "BTC"}] +=
          is_buy ? QuoteOf(order.price_e8, leaves_e8) : leaves_e8;
    }
  }

  void CompareBalances(const AccountBooks& books) {
    std::map<std::string, std::int64_t> total;
    for (const SpotBalance& first : books.first_balances) {
      total[first.asset] = first.free_e8 + first.locked_e8;
    }
    for (const SpotTrade& trade : books.view.trades) {
      const std::int64_t sign = trade.is_buyer ? 1 : -1;
      total["BTC"] += sign * trade.quantity_e8;
      total["USDT"] -= sign * trade.quote_e8;
      total[trade.commission_asset] -= trade.commission_e8;
    }
    for (const SpotBalance& is : books.view.balances) {
      const std::int64_t locked = locked_[{books.name, is.asset}];
      Expect(is.locked_e8 == locked && is.free_e8 + is.locked_e8 == total[is.asset],
             books.name + ": " + is.asset + " is " + std::to_string(is.free_e8) + " + " +
                 std::to_string(is.locked_e8) + " locked, the ledger has " +
                 std::to_string(total[is.asset] - locked) + " + " + std::to_string(locked));
    }
    Expect(books.view.balances.size() == books.first_balances.size(),
           books.name + ": an asset is missing");
  }

  const std::vector<AccountBooks>& accounts_;
  std::map<std::uint64_t, Fill> fills_;                                 // by trade id
  std::map<std::pair<std::string, std::string>, std::int64_t> locked_;  // account and asset
  std::string fault_;
};

}  // namespace

std::string CompareBooks(const std::vector<AccountBooks>& accounts) {
  return BooksComparison(accounts).Run();
}

}  // namespace lockstep::testing_system
