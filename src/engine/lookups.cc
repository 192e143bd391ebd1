#include <cstring>

#include "engine/engine_core.h"
#include "engine/hash.h"

namespace lockstep {
namespace {

std::uint32_t Low32(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

std::uint32_t MatchingEngine::Impl::OrderHash(std::uint32_t symbol, std::uint64_t id) {
  return DenseHash(symbol, id);
}

std::uint32_t MatchingEngine::Impl::ClientIdHash(std::uint32_t account_symbol,
                                                 std::string_view client_id) {
  std::uint64_t hash = account_symbol;
  std::size_t at = 0;
  for (; at + 8 <= client_id.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, client_id.data() + at, 8);
    hash = Mix(hash, word);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, client_id.data() + at, client_id.size() - at);
  return Low32(Mix(hash, rest, client_id.size()));
}

std::uint32_t MatchingEngine::Impl::FindAccount(std::uint64_t id) const {
  return accounts_by_id_.Find(DenseHash(0, id),
                              [&](std::uint32_t slot) { return accounts_[slot].id == id; });
}

std::uint32_t MatchingEngine::Impl::FindSymbol(std::uint32_t id) const {
  if (symbols_[last_symbol_].record.id == id && id != 0) {
    return last_symbol_;
  }
  return symbols_index_.Find(DenseHash(0, id),
                             [&](std::uint32_t slot) { return symbols_[slot].record.id == id; });
}

std::uint32_t MatchingEngine::Impl::FindAsset(std::uint32_t id) const {
  for (std::uint32_t slot = 1; slot <= asset_count_; ++slot) {
    if (assets_[slot].id == id) {
      return slot;
    }
  }
  return 0;
}

std::uint32_t MatchingEngine::Impl::FindAccountSymbol(std::uint32_t account,
                                                      std::uint32_t symbol) const {
  return account_symbols_by_key_.Find(DenseHash(symbol, account), [&](std::uint32_t slot) {
    return account_symbols_[slot].account == account && account_symbols_[slot].symbol == symbol;
  });
}

std::uint32_t MatchingEngine::Impl::CreateAccountSymbol(std::uint32_t account,
                                                        std::uint32_t symbol) {
  const std::uint32_t slot = account_symbols_.Take();
  account_symbols_[slot] = {.account = account,
                            .symbol = symbol,
                            .oldest = 0,
                            .newest = 0,
                            .open_count = 0,
                            .reserved = 0};
  account_symbols_by_key_.Insert(DenseHash(symbol, account), slot);
  return slot;
}

std::uint32_t MatchingEngine::Impl::FindOrder(std::uint32_t symbol, std::uint64_t id) const {
  return orders_by_id_.Find(OrderHash(symbol, id), [&](std::uint32_t slot) {
    const Order& order = book_.orders[slot];
    return order.id == id && account_symbols_[order.account_symbol].symbol == symbol;
  });
}

std::uint32_t MatchingEngine::Impl::FindOrderByClientId(std::uint32_t account_symbol,
                                                        std::string_view client_id) const {
  return orders_by_client_id_.Find(
      ClientIdHash(account_symbol, client_id), [&](std::uint32_t slot) {
        const Order& order = book_.orders[slot];
        return order.account_symbol == account_symbol && order.ClientId() == client_id;
      });
}

MatchingEngine::Impl::NamedOrder MatchingEngine::Impl::FindNamedOrder(
    std::uint32_t account_symbol, std::uint32_t symbol, std::uint64_t id,
    std::string_view client_id) const {
  if (account_symbol == 0) {
    return {};
  }
  std::uint32_t by_id = id == 0 ? 0 : FindOrder(symbol, id);
  if (by_id != 0 && book_.orders[by_id].account_symbol != account_symbol) {
    by_id = 0;  // another account's order looks like none
  }
  const std::uint32_t by_client_id =
      client_id.empty() || client_id.size() > limits::kMaxClientOrderIdBytes
          ? 0
          : FindOrderByClientId(account_symbol, client_id);
  if (by_id == 0 && by_client_id == 0) {
    return {};
  }
  if (id != 0 && !client_id.empty() && by_id != by_client_id) {
    return {0, RejectReason::ORDER_ID_MISMATCH};
  }
  return {by_id != 0 ? by_id : by_client_id, RejectReason::NONE};
}

}  // namespace lockstep
