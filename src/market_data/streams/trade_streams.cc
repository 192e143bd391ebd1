#include "market_data/streams/trade_streams.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "market_data/streams/json_text.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/symbol_market.h"

namespace lockstep {
namespace {

// From the price on, which both kinds end with.
void AppendTradeEnd(std::string& out, const TradeTick& trade) {
  out += R"(,"T":)";
  AppendMs(out, trade.time_ns);
  out += R"(,"m":)";
  AppendBool(out, !trade.taker_is_buyer);
  out += R"(,"M":true})";
}

void AppendPriceAndQuantity(std::string& out, const SymbolText& text, std::int64_t price_ticks,
                            std::int64_t quantity_lots) {
  out += R"(,"p":)";
  text.AppendPrice(out, price_ticks);
  out += R"(,"q":)";
  text.AppendQuantity(out, quantity_lots);
}

}  // namespace

void TradeStream::OnEntry(const MarketEntry& entry) {
  for (const TradeTick& trade : entry.trades) {
    std::string& out = Begin();
    out += R"({"e":"trade","E":)";
    AppendMs(out, entry.timestamp_ns);
    out += R"(,"s":)";
    market_.text().AppendName(out);
    out += R"(,"t":)";
    AppendInteger(out, trade.trade_id);
    AppendPriceAndQuantity(out, market_.text(), trade.price_ticks, trade.quantity_lots);
    AppendTradeEnd(out, trade);
    Send();
  }
}

void AggregateTradeStream::OnEntry(const MarketEntry& entry) {
  std::size_t first = 0;
  for (std::size_t i = 1; i <= entry.trades.size(); ++i) {
    if (i == entry.trades.size() ||
        entry.trades[i].aggregate_trade_id != entry.trades[first].aggregate_trade_id) {
      SendAggregate(entry, entry.trades.subspan(first, i - first));
      first = i;
    }
  }
}

void AggregateTradeStream::SendAggregate(const MarketEntry& entry,
                                         std::span<const TradeTick> fills) {
  std::int64_t quantity_lots = 0;
  for (const TradeTick& fill : fills) {
    quantity_lots += fill.quantity_lots;
  }
  std::string& out = Begin();
  out += R"({"e":"aggTrade","E":)";
  AppendMs(out, entry.timestamp_ns);
  out += R"(,"s":)";
  market_.text().AppendName(out);
  out += R"(,"a":)";
  AppendInteger(out, fills.front().aggregate_trade_id);
  AppendPriceAndQuantity(out, market_.text(), fills.front().price_ticks, quantity_lots);
  out += R"(,"f":)";
  AppendInteger(out, fills.front().trade_id);
  out += R"(,"l":)";
  AppendInteger(out, fills.back().trade_id);
  AppendTradeEnd(out, fills.front());
  Send();
}

}  // namespace lockstep
