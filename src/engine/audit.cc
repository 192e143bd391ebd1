// Full walks over the state: the digest from nothing, and every invariant that the incremental code
// relies on.
#include <cstring>
#include <string>

#include "engine/engine_core.h"
#include "engine/hash.h"

namespace lockstep {
namespace {

Status Broken(std::string what) { return {StatusCode::kCorruption, "audit: " + std::move(what)}; }

template <class T>
std::uint64_t DigestOfBytes(const T* from, std::size_t bytes, std::uint64_t seed) {
  std::uint64_t hash = seed;
  for (std::size_t at = 0; at < bytes; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, reinterpret_cast<const char*>(from) + at, 8);
    hash = Mix(hash, word);
  }
  return hash;
}

}  // namespace

std::uint64_t MatchingEngine::Impl::AssetDigest(const Asset& asset) {
  static_assert(sizeof(Asset) % 8 == 0);
  return DigestOfBytes(&asset, sizeof(asset), 1);
}

// The record up to its counters.
std::uint64_t MatchingEngine::Impl::RulesDigest(const Symbol& symbol) {
  static_assert(offsetof(SymbolRecord, last_order_id) % 8 == 0);
  return DigestOfBytes(&symbol.record, offsetof(SymbolRecord, last_order_id), 2);
}

std::uint64_t MatchingEngine::Impl::AccountDigest(std::uint32_t slot, const Account& account) {
  return Mix(account.id, account.status, slot) +
         account.private_sequence * PrivateSequenceKey(slot);
}

std::uint64_t MatchingEngine::Impl::CountersDigest(const Symbol& symbol) {
  const SymbolRecord& record = symbol.record;
  return record.last_order_id * symbol.CounterKey(SymbolCounter::kOrderId) +
         record.last_trade_id * symbol.CounterKey(SymbolCounter::kTradeId) +
         record.last_aggregate_trade_id * symbol.CounterKey(SymbolCounter::kAggregateTradeId) +
         record.last_execution_id * symbol.CounterKey(SymbolCounter::kExecutionId) +
         record.sequence * symbol.CounterKey(SymbolCounter::kSequence) + record.history_hash;
}

std::uint64_t MatchingEngine::Impl::SourceDigest(std::uint64_t id, std::uint64_t number) {
  return Mix(id, number, 3);
}

std::uint64_t MatchingEngine::Impl::FullDigest() const {
  std::uint64_t digest = 0;
  for (std::uint32_t slot = 1; slot <= asset_count_; ++slot) {
    digest += AssetDigest(assets_[slot]);
  }
  for (std::uint32_t slot = 1; slot <= account_count_; ++slot) {
    digest += AccountDigest(slot, accounts_[slot]);
  }
  for (std::uint32_t i = 0; i < source_count_; ++i) {
    digest += SourceDigest(sources_[i].id, sources_[i].last_number);
  }
  for (std::uint32_t slot = 1; slot <= symbol_count_; ++slot) {
    digest += RulesDigest(symbols_[slot]) + CountersDigest(symbols_[slot]);
    ForEachResting(symbols_[slot], [&](std::uint32_t order) {
      digest += OrderDigest(book_.orders[order]);
      return true;
    });
  }
  return digest;
}

Status MatchingEngine::Impl::Audit() const {
  std::uint32_t orders_seen = 0;
  for (std::uint32_t slot = 1; slot <= symbol_count_; ++slot) {
    const Symbol& symbol = symbols_[slot];
    for (const std::uint8_t side : {kBuy, kSell}) {
      if (Status status = AuditBook(symbol, side, orders_seen); !status.ok()) {
        return status;
      }
    }
    if (symbol.bids.highest != 0 && symbol.asks.lowest != 0 &&
        book_.levels[symbol.bids.highest].price_ticks >=
            book_.levels[symbol.asks.lowest].price_ticks) {
      return Broken("symbol " + std::to_string(symbol.record.id) + " is crossed");
    }
  }
  if (orders_seen != book_.orders.in_use()) {
    return Broken(std::to_string(book_.orders.in_use()) + " orders in the pool, " +
                  std::to_string(orders_seen) + " in the books");
  }
  for (std::uint32_t asset = 1; asset <= asset_count_; ++asset) {
    for (std::uint32_t account = 1; account <= account_count_; ++account) {
      if (Status status = AuditFunds(account, asset); !status.ok()) {
        return status;
      }
    }
    if (Status status = AuditConservation(asset); !status.ok()) {
      return status;
    }
  }
  std::uint64_t ledger_digest = 0;
  for (std::uint32_t asset = 1; asset <= asset_count_; ++asset) {
    ledger_digest += ledger_.DigestOfTotals(asset);
    for (std::uint32_t account = 1; account <= account_count_; ++account) {
      ledger_digest += ledger_.DigestOf(account, asset);
    }
  }
  if (ledger_digest != ledger_.digest()) {
    return Broken("the ledger's digest is not that of its balances");
  }
  return FullDigest() == digest_ ? Status::Ok() : Broken("the digest is not that of the state");
}

Status MatchingEngine::Impl::AuditBook(const Symbol& symbol, std::uint8_t side,
                                       std::uint32_t& orders_seen) const {
  const std::string where =
      "symbol " + std::to_string(symbol.record.id) + (side == kBuy ? " bids" : " asks");
  const BookSide& book_side = symbol.Side(side);
  std::uint32_t levels_seen = 0;
  std::uint32_t lower = 0;
  for (std::uint32_t at = book_side.lowest; at != 0; lower = at, at = book_.levels[at].higher) {
    const PriceLevel& level = book_.levels[at];
    if (level.lower != lower ||
        (lower != 0 && book_.levels[lower].price_ticks >= level.price_ticks)) {
      return Broken(where + ": the list of levels is out of order");
    }
    if (book_.FindLevel(book_side, level.price_ticks) != at) {
      return Broken(where + ": a level is not in the price index");
    }
    std::int64_t total = 0;
    std::uint32_t count = 0;
    std::uint32_t previous = 0;
    for (std::uint32_t slot = level.first; slot != 0;
         previous = slot, slot = book_.orders[slot].next) {
      const Order& order = book_.orders[slot];
      if (order.level != at || order.previous != previous || order.side != side ||
          order.price_ticks != level.price_ticks || order.leaves_lots <= 0) {
        return Broken(where + ": order " + std::to_string(order.id) + " is not where it should be");
      }
      if (FindOrder(account_symbols_[order.account_symbol].symbol, order.id) != slot ||
          (order.client_id_length != 0 &&
           FindOrderByClientId(order.account_symbol, order.ClientId()) != slot)) {
        return Broken(where + ": order " + std::to_string(order.id) + " is not found by its ids");
      }
      total += order.leaves_lots;
      ++count;
    }
    if (level.last != previous || count == 0 || count != level.order_count ||
        total != level.total_lots) {
      return Broken(where + ": a level's totals are not those of its orders");
    }
    ++levels_seen;
    orders_seen += count;
  }
  return book_side.highest == lower && levels_seen == book_side.level_count
             ? Status::Ok()
             : Broken(where + ": the best or the number of levels is wrong");
}

// What an account has locked is exactly what its open orders lock.
Status MatchingEngine::Impl::AuditFunds(std::uint32_t account, std::uint32_t asset) const {
  Int128 locked = 0;
  for (std::uint32_t slot = 1; slot <= symbol_count_; ++slot) {
    const Symbol& symbol = symbols_[slot];
    const std::uint32_t pair = FindAccountSymbol(account, slot);
    std::uint32_t count = 0;
    for (std::uint32_t at = pair == 0 ? 0 : account_symbols_[pair].oldest; at != 0;
         at = book_.orders[at].newer) {
      const Order& order = book_.orders[at];
      if (symbol.LockedAsset(order.side) == asset) {
        locked += symbol.Lock128(order.side, order.price_ticks, order.leaves_lots);
      }
      ++count;
    }
    if (pair != 0 && count != account_symbols_[pair].open_count) {
      return Broken("account " + std::to_string(accounts_[account].id) +
                    ": the list of open orders is broken");
    }
  }
  const Balance& balance = ledger_.Of(account, asset);
  if (balance.locked != locked || balance.free < 0) {
    return Broken("account " + std::to_string(accounts_[account].id) + ", asset " +
                  std::to_string(assets_[asset].id) +
                  ": what is locked is not what its orders lock");
  }
  return Status::Ok();
}

Status MatchingEngine::Impl::AuditConservation(std::uint32_t asset) const {
  const AssetTotals& totals = ledger_.Totals(asset);
  Int128 held = totals.fees;
  for (std::uint32_t account = 1; account <= account_count_; ++account) {
    const Balance& balance = ledger_.Of(account, asset);
    held += static_cast<Int128>(balance.free) + balance.locked;
  }
  return held == totals.net_deposits
             ? Status::Ok()
             : Broken("asset " + std::to_string(assets_[asset].id) +
                      ": balances and fees are not deposits less withdrawals");
}

}  // namespace lockstep
