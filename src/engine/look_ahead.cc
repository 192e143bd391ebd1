// Asking early for the memory that the commands of an entry will need. The tables are larger than
// any cache; nothing is decided here.
#include <cstring>

#include "engine/engine_core.h"
#include "lockstep_sbe/CommandHeader.h"

namespace lockstep {
namespace {

constexpr std::size_t kCommandHeaderBytes = sbe::CommandHeader::encodedLength();

// The order id that a cancel, amend or move names, for prefetching; 0: none. They all begin with
// it.
std::uint64_t OrderNamedBy(std::span<const std::byte> command) {
  constexpr std::size_t kAt = kMessageHeaderBytes + sbe::CancelOrder::orderIdEncodingOffset();
  static_assert(
      sbe::CancelOrder::orderIdEncodingOffset() == sbe::AmendOrder::orderIdEncodingOffset() &&
      sbe::AmendOrder::orderIdEncodingOffset() == sbe::ReplaceOrder::orderIdEncodingOffset());
  constexpr std::uint64_t kNameOne = 1U << sbe::CancelOrder::sbeTemplateId() |
                                     1U << sbe::AmendOrder::sbeTemplateId() |
                                     1U << sbe::ReplaceOrder::sbeTemplateId();
  const std::uint16_t template_id = ReadMessageHeader(command).template_id;
  std::uint64_t order_id = 0;
  if (template_id < 64 && (kNameOne >> template_id & 1) != 0 &&
      command.size() >= kAt + sizeof(order_id)) {
    std::memcpy(&order_id, command.data() + kAt, sizeof(order_id));
  }
  return order_id;
}

}  // namespace

// Takes the next commands of the entry, up to kLookAhead, and says how many. One step of the way to
// an order's lines is taken for all of them before the next one, so that each finds there what the
// last has asked for.
std::size_t MatchingEngine::Impl::LookAhead(EntryReader& reader) {
  std::size_t count = 0;
  while (count < kLookAhead) {
    const std::span<const std::byte> command = reader.Next();
    if (command.empty()) {
      break;
    }
    Upcoming& upcoming = upcoming_[count++];
    upcoming.command = command;
    upcoming.order_hash = 0;
    if (command.size() < kMessageHeaderBytes + kCommandHeaderBytes) {
      continue;
    }
    sbe::CommandHeader header;
    header.wrap(SbeBuffer(command.data()), kMessageHeaderBytes, sbe::Tick::sbeSchemaVersion(),
                command.size());
    upcoming.request_hash =
        RequestTable::HashOf(header.account(), header.requestIdHigh(), header.requestIdLow());
    requests_.Prefetch(upcoming.request_hash);
    requests_.PrefetchResult(count + kLookAhead);
    const std::uint64_t order_id = OrderNamedBy(command);
    if (order_id != 0) {
      upcoming.order_hash = OrderHash(last_symbol_, order_id);  // on the guess that it is the same
      orders_by_id_.Prefetch(upcoming.order_hash);
    }
  }
  PrefetchOrders(count);
  return count;
}

void MatchingEngine::Impl::PrefetchOrders(std::size_t count) {
  const Symbol& symbol = symbols_[last_symbol_];
  for (std::size_t i = 0; i < count; ++i) {
    Upcoming& upcoming = upcoming_[i];
    upcoming.order = upcoming.order_hash == 0 ? 0 : orders_by_id_.Candidate(upcoming.order_hash);
    book_.orders.Prefetch(upcoming.order);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Order& order = book_.orders[upcoming_[i].order];
    upcoming_[i].pair = order.account_symbol;
    account_symbols_.Prefetch(order.account_symbol);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t account = account_symbols_[upcoming_[i].pair].account;
    accounts_.Prefetch(account);
    ledger_.Prefetch(account, symbol.record.base_asset);
  }
}

}  // namespace lockstep
