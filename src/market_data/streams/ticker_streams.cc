#include "market_data/streams/ticker_streams.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "market_data/streams/json_text.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/stream_outbox.h"
#include "market_data/streams/symbol_market.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

void AppendPriceField(std::string& out, const char* key, const SymbolText& text,
                      std::int64_t price_ticks) {
  out += key;
  text.AppendPrice(out, price_ticks);
}

void AppendQuantityField(std::string& out, const char* key, const SymbolText& text,
                         std::int64_t quantity_lots) {
  out += key;
  text.AppendQuantity(out, quantity_lots);
}

void AppendMiniTicker(std::string& out, const SymbolText& text, const TickerStatistics& statistics,
                      std::int64_t time_ns) {
  out += R"({"e":"24hrMiniTicker","E":)";
  AppendMs(out, time_ns);
  out += R"(,"s":)";
  text.AppendName(out);
  AppendPriceField(out, R"(,"c":)", text, statistics.last);
  AppendPriceField(out, R"(,"o":)", text, statistics.open);
  AppendPriceField(out, R"(,"h":)", text, statistics.high);
  AppendPriceField(out, R"(,"l":)", text, statistics.low);
  AppendQuantityField(out, R"(,"v":)", text, statistics.volume);
  out += R"(,"q":)";
  text.AppendQuote(out, statistics.quote_volume);
  out += '}';
}

}  // namespace

// ---- <s>@ticker ----

TickerStream::TickerStream(SymbolMarket& market, std::int64_t period_ns, const StreamTopic& topic,
                           StreamContext& context)
    : Stream(topic, context), market_(market), period_ns_(period_ns), sent_best_(market.Best()) {
  const TickerStatistics statistics = market_.Statistics(now().wall_ns);
  sent_ = TickerMark(market_, statistics);
  WakeWhenWallIs(statistics.next_change_ns);
}

void TickerStream::OnEntry(const MarketEntry& entry) {
  if (!entry.trades.empty() || !entry.changes.empty()) {
    WakeWhenPeriodEnds(period_ns_);
  }
}

void TickerStream::OnTimer() {
  const TickerStatistics statistics = market_.Statistics(now().wall_ns);
  const TickerMark mark(market_, statistics);
  const BestPrices best = market_.Best();
  if (mark != sent_ || best != sent_best_) {
    sent_ = mark;
    sent_best_ = best;
    SendTicker(statistics);
  }
  WakeWhenWallIs(statistics.next_change_ns);
}

void TickerStream::SendTicker(const TickerStatistics& statistics) {
  const SymbolText& text = market_.text();
  std::string& out = Begin();
  out += R"({"e":"24hrTicker","E":)";
  AppendMs(out, now().wall_ns);
  out += R"(,"s":)";
  text.AppendName(out);
  AppendPriceField(out, R"(,"p":)", text, statistics.change);
  out += R"(,"P":)";
  AppendThousandths(out, statistics.change_thousandths_percent);
  out += R"(,"w":)";
  AppendWideDecimal(out, statistics.average, kTextDecimals);
  AppendPriceField(out, R"(,"x":)", text, statistics.previous_close);
  AppendPriceField(out, R"(,"c":)", text, statistics.last);
  AppendQuantityField(out, R"(,"Q":)", text, statistics.last_quantity);
  AppendPriceField(out, R"(,"b":)", text, sent_best_.bid_ticks);
  AppendQuantityField(out, R"(,"B":)", text, sent_best_.bid_lots);
  AppendPriceField(out, R"(,"a":)", text, sent_best_.ask_ticks);
  AppendQuantityField(out, R"(,"A":)", text, sent_best_.ask_lots);
  AppendPriceField(out, R"(,"o":)", text, statistics.open);
  AppendPriceField(out, R"(,"h":)", text, statistics.high);
  AppendPriceField(out, R"(,"l":)", text, statistics.low);
  AppendQuantityField(out, R"(,"v":)", text, statistics.volume);
  out += R"(,"q":)";
  text.AppendQuote(out, statistics.quote_volume);
  out += R"(,"O":)";
  AppendMs(out, statistics.open_time_ns);
  out += R"(,"C":)";
  AppendMs(out, statistics.close_time_ns);
  out += R"(,"F":)";
  AppendInteger(out, statistics.first_trade_id);
  out += R"(,"L":)";
  AppendInteger(out, statistics.last_trade_id);
  out += R"(,"n":)";
  AppendInteger(out, statistics.trade_count);
  out += '}';
  Send();
}

// ---- <s>@miniTicker ----

MiniTickerStream::MiniTickerStream(SymbolMarket& market, std::int64_t period_ns,
                                   const StreamTopic& topic, StreamContext& context)
    : Stream(topic, context), market_(market), period_ns_(period_ns) {
  const TickerStatistics statistics = market_.Statistics(now().wall_ns);
  sent_ = TickerMark(market_, statistics);
  WakeWhenWallIs(statistics.next_change_ns);
}

void MiniTickerStream::OnEntry(const MarketEntry& entry) {
  if (!entry.trades.empty()) {
    WakeWhenPeriodEnds(period_ns_);
  }
}

void MiniTickerStream::OnTimer() {
  const TickerStatistics statistics = market_.Statistics(now().wall_ns);
  const TickerMark mark(market_, statistics);
  if (mark != sent_) {
    sent_ = mark;
    AppendMiniTicker(Begin(), market_.text(), statistics, now().wall_ns);
    Send();
  }
  WakeWhenWallIs(statistics.next_change_ns);
}

// ---- !miniTicker@arr ----

AllMiniTickersStream::AllMiniTickersStream(const std::vector<SymbolMarket*>& markets,
                                           std::int64_t period_ns, const StreamTopic& topic,
                                           StreamContext& context)
    : Stream(topic, context), markets_(markets), period_ns_(period_ns) {
  std::int64_t next_change_ns = INT64_MAX;
  for (SymbolMarket* market : markets_) {
    const TickerStatistics statistics = market->Statistics(now().wall_ns);
    sent_[market] = TickerMark(*market, statistics);
    next_change_ns = std::min(next_change_ns, statistics.next_change_ns);
  }
  WakeWhenWallIs(next_change_ns);
}

void AllMiniTickersStream::OnEntry(const MarketEntry& entry) {
  if (!entry.trades.empty()) {
    WakeWhenPeriodEnds(period_ns_);
  }
}

void AllMiniTickersStream::OnTimer() {
  std::int64_t next_change_ns = INT64_MAX;
  std::string& out = Begin();
  out += '[';
  for (SymbolMarket* market : markets_) {
    const TickerStatistics statistics = market->Statistics(now().wall_ns);
    next_change_ns = std::min(next_change_ns, statistics.next_change_ns);
    const TickerMark mark(*market, statistics);
    TickerMark& sent = sent_[market];
    if (mark == sent) {
      continue;
    }
    sent = mark;
    if (out.back() != '[') {
      out += ',';
    }
    AppendMiniTicker(out, market->text(), statistics, now().wall_ns);
  }
  out += ']';
  if (out != "[]") {
    Send();
  }
  WakeWhenWallIs(next_change_ns);
}

// ---- <s>@avgPrice ----

AveragePriceStream::AveragePriceStream(SymbolMarket& market, std::int64_t period_ns,
                                       const StreamTopic& topic, StreamContext& context)
    : Stream(topic, context), market_(market), period_ns_(period_ns) {
  const AveragePrice average = market_.Average(now().wall_ns);
  sent_price_ = average.price;
  sent_trade_ns_ = average.last_trade_ns;
  WakeWhenWallIs(average.next_change_ns);
}

void AveragePriceStream::OnEntry(const MarketEntry& entry) {
  if (!entry.trades.empty()) {
    WakeWhenPeriodEnds(period_ns_);
  }
}

void AveragePriceStream::OnTimer() {
  const AveragePrice average = market_.Average(now().wall_ns);
  if (average.price != sent_price_ || average.last_trade_ns != sent_trade_ns_) {
    sent_price_ = average.price;
    sent_trade_ns_ = average.last_trade_ns;
    std::string& out = Begin();
    out += R"({"e":"avgPrice","E":)";
    AppendMs(out, now().wall_ns);
    out += R"(,"s":)";
    market_.text().AppendName(out);
    out += R"(,"i":"5m","w":)";
    AppendWideDecimal(out, average.price, kTextDecimals);
    out += R"(,"T":)";
    AppendMs(out, average.last_trade_ns);
    out += '}';
    Send();
  }
  WakeWhenWallIs(average.next_change_ns);
}

}  // namespace lockstep
