// The engine's part of a snapshot: a header with counts, then each table's records in a fixed
// order, so that equal states give equal bytes. docs/formats/snapshot.md has the frame around it.
//
// Slots of accounts, assets, symbols and pairs are given in log order and kept; slots of orders,
// levels and tree nodes are not state, and are given anew.
#include <algorithm>
#include <cstring>

#include "engine/engine_core.h"
#include "engine/hash.h"

namespace lockstep {
namespace {

constexpr std::uint64_t kMagic = 0x3145'4e49'474e'454cULL;  // "LENGINE1", little-endian
constexpr std::uint32_t kVersion = 1;

struct EngineHeader {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t asset_count;
  std::uint32_t symbol_count;
  std::uint32_t account_count;
  std::uint32_t pair_count;
  std::uint32_t source_count;
  std::uint64_t order_count;
  std::uint64_t request_count;
  std::uint64_t balance_count;
  std::int64_t now_ns;
  std::int64_t position;
  std::int64_t term;
  std::uint64_t digest;
};
static_assert(sizeof(EngineHeader) == 88);

struct PairRecord {
  std::uint32_t account;
  std::uint32_t symbol;
};

struct BalanceRecord {
  std::uint32_t account;
  std::uint32_t asset;
  std::int64_t free;
  std::int64_t locked;
};
static_assert(sizeof(BalanceRecord) == 24);

template <class T>
std::span<const std::byte> BytesOf(const T& record) {
  return std::as_bytes(std::span<const T, 1>(&record, 1));
}

template <class T>
Status ReadRecord(SnapshotReader& reader, T& record) {
  return reader.Read(std::as_writable_bytes(std::span<T, 1>(&record, 1)));
}

Status Corrupt(const char* what) {
  return {StatusCode::kCorruption, std::string("engine snapshot: ") + what};
}

}  // namespace

bool MatchingEngine::Impl::WriteSnapshot(SnapshotWriter& writer) const {
  EngineHeader header{};
  header.magic = kMagic;
  header.version = kVersion;
  header.asset_count = asset_count_;
  header.symbol_count = symbol_count_;
  header.account_count = account_count_;
  header.pair_count = account_symbols_.in_use();
  header.source_count = source_count_;
  header.order_count = book_.orders.in_use();
  header.request_count = requests_.size();
  header.now_ns = now_ns_;
  header.position = position_;
  header.term = term_;
  header.digest = Digest();
  const auto for_each_balance = [&](auto&& visit) {
    for (std::uint32_t account = 1; account <= account_count_; ++account) {
      for (std::uint32_t asset = 1; asset <= asset_count_; ++asset) {
        const Balance& balance = ledger_.Of(account, asset);
        if ((balance.free | balance.locked) != 0 &&
            !visit(BalanceRecord{account, asset, balance.free, balance.locked})) {
          return false;
        }
      }
    }
    return true;
  };
  for_each_balance([&](const BalanceRecord&) {
    ++header.balance_count;
    return true;
  });
  if (!writer.Write(BytesOf(header))) {
    return false;
  }
  for (std::uint32_t slot = 1; slot <= asset_count_; ++slot) {
    if (!writer.Write(BytesOf(assets_[slot])) || !writer.Write(BytesOf(ledger_.Totals(slot)))) {
      return false;
    }
  }
  for (std::uint32_t slot = 1; slot <= symbol_count_; ++slot) {
    if (!writer.Write(BytesOf(symbols_[slot].record))) {
      return false;
    }
  }
  for (std::uint32_t slot = 1; slot <= account_count_; ++slot) {
    if (!writer.Write(BytesOf(accounts_[slot]))) {
      return false;
    }
  }
  for (std::uint32_t slot = 1; slot <= header.pair_count; ++slot) {
    const AccountSymbol& pair = account_symbols_[slot];
    if (!writer.Write(BytesOf(PairRecord{pair.account, pair.symbol}))) {
      return false;
    }
  }
  for (std::uint32_t i = 0; i < source_count_; ++i) {
    if (!writer.Write(BytesOf(sources_[i]))) {
      return false;
    }
  }
  if (!for_each_balance(
          [&](const BalanceRecord& record) { return writer.Write(BytesOf(record)); })) {
    return false;
  }
  for (std::uint32_t slot = 1; slot <= symbol_count_; ++slot) {
    const bool written = ForEachResting(symbols_[slot], [&](std::uint32_t order_slot) {
      Order order = book_.orders[order_slot];
      order.next = 0;  // links are slots, which are not state
      order.previous = 0;
      order.level = 0;
      order.older = 0;
      order.newer = 0;
      std::fill(order.client_id + order.client_id_length, std::end(order.client_id), '\0');
      return writer.Write(BytesOf(order));
    });
    if (!written) {
      return false;
    }
  }
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (!writer.Write(BytesOf(requests_.At(i)))) {
      return false;
    }
  }
  return true;
}

Status MatchingEngine::Impl::LoadSnapshot(SnapshotReader& reader) {
  Reset();
  Status status = LoadRecords(reader);
  if (!status.ok()) {
    Reset();
    return status;
  }
  WriteImage();
  return Status::Ok();
}

Status MatchingEngine::Impl::LoadRecords(SnapshotReader& reader) {
  EngineHeader header{};
  if (Status status = ReadRecord(reader, header); !status.ok()) {
    return status;
  }
  if (header.magic != kMagic) {
    return Corrupt("not one (wrong magic number)");
  }
  if (header.version != kVersion) {
    return {StatusCode::kUnimplemented, "engine snapshot: version " +
                                            std::to_string(header.version) +
                                            ", this program knows " + std::to_string(kVersion)};
  }
  if (header.asset_count > limits_.max_assets || header.symbol_count > limits_.max_symbols ||
      header.account_count > limits_.max_accounts ||
      header.pair_count > limits_.max_account_symbols ||
      header.source_count > limits_.max_sources || header.order_count > limits_.max_orders ||
      header.request_count > limits_.max_requests) {
    return {
        StatusCode::kInvalidArgument,
        "engine snapshot: holds more than this engine's limits allow; start with larger limits"};
  }
  now_ns_ = header.now_ns;
  position_ = header.position;
  term_ = header.term;
  for (std::uint32_t slot = 1; slot <= header.asset_count; ++slot) {
    AssetTotals totals{};
    if (Status status = ReadRecord(reader, assets_[slot]); !status.ok()) {
      return status;
    }
    if (Status status = ReadRecord(reader, totals); !status.ok()) {
      return status;
    }
    asset_count_ = slot;
    ledger_.AddDeposit(slot, totals.net_deposits);
    ledger_.AddFee(slot, totals.fees);
  }
  for (std::uint32_t slot = 1; slot <= header.symbol_count; ++slot) {
    SymbolRecord& record = symbols_[slot].record;
    if (Status status = ReadRecord(reader, record); !status.ok()) {
      return status;
    }
    if (record.base_asset == 0 || record.base_asset > asset_count_ || record.quote_asset == 0 ||
        record.quote_asset > asset_count_ || FindSymbol(record.id) != 0) {
      return Corrupt("a symbol that cannot be");
    }
    symbol_count_ = slot;
    IndexSymbol(slot);
  }
  for (std::uint32_t i = 0; i < header.account_count; ++i) {
    Account account{};
    if (Status status = ReadRecord(reader, account); !status.ok()) {
      return status;
    }
    if (account.id == 0 || FindAccount(account.id) != 0) {
      return Corrupt("an account that cannot be");
    }
    account_count_ = accounts_.Take();
    accounts_[account_count_] = account;
    accounts_by_id_.Insert(DenseHash(0, account.id), account_count_);
  }
  for (std::uint32_t i = 0; i < header.pair_count; ++i) {
    PairRecord pair{};
    if (Status status = ReadRecord(reader, pair); !status.ok()) {
      return status;
    }
    if (pair.account == 0 || pair.account > account_count_ || pair.symbol == 0 ||
        pair.symbol > symbol_count_ || FindAccountSymbol(pair.account, pair.symbol) != 0) {
      return Corrupt("a pair of account and symbol that cannot be");
    }
    CreateAccountSymbol(pair.account, pair.symbol);
  }
  for (std::uint32_t i = 0; i < header.source_count; ++i) {
    if (Status status = ReadRecord(reader, sources_[i]); !status.ok()) {
      return status;
    }
    source_count_ = i + 1;
  }
  for (std::uint64_t i = 0; i < header.balance_count; ++i) {
    BalanceRecord balance{};
    if (Status status = ReadRecord(reader, balance); !status.ok()) {
      return status;
    }
    if (balance.account == 0 || balance.account > account_count_ || balance.asset == 0 ||
        balance.asset > asset_count_ || balance.free < 0 || balance.locked < 0) {
      return Corrupt("a balance that cannot be");
    }
    ledger_.AddFree(balance.account, balance.asset, balance.free);
    ledger_.AddLocked(balance.account, balance.asset, balance.locked);
  }
  for (std::uint64_t i = 0; i < header.order_count; ++i) {
    Order order{};
    if (Status status = ReadRecord(reader, order); !status.ok()) {
      return status;
    }
    if (order.account_symbol == 0 || order.account_symbol > account_symbols_.in_use() ||
        (order.side != kBuy && order.side != kSell) || order.price_ticks <= 0 ||
        order.leaves_lots <= 0 || order.client_id_length > limits::kMaxClientOrderIdBytes) {
      return Corrupt("an order that cannot be");
    }
    const std::uint32_t symbol = account_symbols_[order.account_symbol].symbol;
    if (FindOrder(symbol, order.id) != 0) {
      return Corrupt("the same order twice");
    }
    const std::uint32_t slot = book_.orders.Take();
    book_.orders[slot] = order;
    book_.Rest(symbols_[symbol], slot);
    orders_by_id_.Insert(OrderHash(symbol, order.id), slot);
    if (order.client_id_length != 0) {
      orders_by_client_id_.Insert(ClientIdHash(order.account_symbol, order.ClientId()), slot);
    }
    scratch_[i] = slot;
  }
  RelinkOwners();
  for (std::uint64_t i = 0; i < header.request_count; ++i) {
    RequestResult result{};
    if (Status status = ReadRecord(reader, result); !status.ok()) {
      return status;
    }
    requests_.Restore(result);
  }
  digest_ = FullDigest();
  return Digest() == header.digest
             ? Status::Ok()
             : Corrupt("the digest of what was loaded is not the one recorded");
}

// Orders come in the order of the book; each owner's list is in the order of ids.
void MatchingEngine::Impl::RelinkOwners() {
  std::uint32_t* const end = scratch_ + book_.orders.in_use();
  std::sort(scratch_, end, [&](std::uint32_t a, std::uint32_t b) {
    return book_.orders[a].id != book_.orders[b].id
               ? book_.orders[a].id < book_.orders[b].id
               : book_.orders[a].account_symbol < book_.orders[b].account_symbol;
  });
  for (const std::uint32_t* at = scratch_; at != end; ++at) {
    Order& order = book_.orders[*at];
    AccountSymbol& pair = account_symbols_[order.account_symbol];
    order.older = pair.newest;
    order.newer = 0;
    (pair.newest != 0 ? book_.orders[pair.newest].newer : pair.oldest) = *at;
    pair.newest = *at;
    ++pair.open_count;
  }
}

void MatchingEngine::Impl::WriteImage() {
  context_ = CommandContext{};
  events_.BeginImage(position_, now_ns_, context_);
  WriteDefinitions();
  for (std::uint32_t i = 0; i < symbol_count_; ++i) {
    const Symbol& symbol = symbols_[symbols_by_id_[i]];
    ForEachResting(symbol, [&](std::uint32_t slot) {
      constexpr std::uint8_t kAdd = 1;
      const Order& order = book_.orders[slot];
      events_.WriteBookUpdate(symbol, kAdd, order.id, order.side, order.price_ticks,
                              order.leaves_lots, 0, 0);
      return true;
    });
  }
}

}  // namespace lockstep
