#include "market_data/streams/market_answers.h"

#include <cstdint>
#include <span>
#include <string>

#include "market_data/price_levels.h"
#include "market_data/stream_feed.h"
#include "market_data/streams/json_text.h"
#include "market_data/streams/symbol_market.h"
#include "market_data/streams/ticker_window.h"
#include "market_data/symbol_book.h"
#include "protocol/decimal.h"

namespace lockstep {
namespace {

// One symbol's answer to one query.
class Answer {
 public:
  Answer(std::string& out, const MarketQuery& query, SymbolMarket& market, std::int64_t wall_ns)
      : out_(out), query_(query), market_(market), text_(market.text()), wall_ns_(wall_ns) {}

  void Write() {
    switch (query_.kind) {
      case MarketQueryKind::kDepth:
        return WriteDepth();
      case MarketQueryKind::kTicker24h:
        return WriteTicker();
      case MarketQueryKind::kMiniTicker:
        return WriteMiniTicker();
      case MarketQueryKind::kTickerPrice:
        return WritePrice();
      case MarketQueryKind::kBookTicker:
        return WriteBookTicker();
      case MarketQueryKind::kAvgPrice:
        return WriteAverage();
    }
  }

 private:
  void WriteDepth() {
    const SymbolBook& book = market_.book();
    out_ += R"({"lastUpdateId":)";
    AppendInteger(out_, book.symbol_sequence());
    out_ += R"(,"bids":)";
    text_.AppendBest(out_, book.depth().levels(BookSide::kBuy), query_.limit);
    out_ += R"(,"asks":)";
    text_.AppendBest(out_, book.depth().levels(BookSide::kSell), query_.limit);
    out_ += '}';
  }

  void WriteTicker() {
    const TickerStatistics statistics = market_.Statistics(wall_ns_);
    WriteSymbol();
    WritePriceField(R"(,"priceChange":)", statistics.change);
    out_ += R"(,"priceChangePercent":)";
    AppendThousandths(out_, statistics.change_thousandths_percent);
    out_ += R"(,"weightedAvgPrice":)";
    AppendWideDecimal(out_, statistics.average, kTextDecimals);
    WritePriceField(R"(,"prevClosePrice":)", statistics.previous_close);
    WritePriceField(R"(,"lastPrice":)", statistics.last);
    WriteQuantityField(R"(,"lastQty":)", statistics.last_quantity);
    WriteBest();
    WritePriceField(R"(,"openPrice":)", statistics.open);
    WritePriceField(R"(,"highPrice":)", statistics.high);
    WritePriceField(R"(,"lowPrice":)", statistics.low);
    WriteTotals(statistics);
  }

  void WriteMiniTicker() {
    const TickerStatistics statistics = market_.Statistics(wall_ns_);
    WriteSymbol();
    WritePriceField(R"(,"openPrice":)", statistics.open);
    WritePriceField(R"(,"highPrice":)", statistics.high);
    WritePriceField(R"(,"lowPrice":)", statistics.low);
    WritePriceField(R"(,"lastPrice":)", statistics.last);
    WriteTotals(statistics);
  }

  void WritePrice() {
    WriteSymbol();
    WritePriceField(R"(,"price":)", market_.last().price_ticks);
    out_ += '}';
  }

  void WriteBookTicker() {
    WriteSymbol();
    WriteBest();
    out_ += '}';
  }

  void WriteAverage() {
    const AveragePrice average = market_.Average(wall_ns_);
    out_ += R"({"mins":)";
    AppendInteger(out_, std::int64_t{TickerWindow::kAverageMinutes});
    out_ += R"(,"price":)";
    AppendWideDecimal(out_, average.price, kTextDecimals);
    WriteTimeField(R"(,"closeTime":)", average.last_trade_ns);
    out_ += '}';
  }

  // What both tickers end with.
  void WriteTotals(const TickerStatistics& statistics) {
    WriteQuantityField(R"(,"volume":)", statistics.volume);
    out_ += R"(,"quoteVolume":)";
    text_.AppendQuote(out_, statistics.quote_volume);
    WriteTimeField(R"(,"openTime":)", statistics.open_time_ns);
    WriteTimeField(R"(,"closeTime":)", statistics.close_time_ns);
    out_ += R"(,"firstId":)";
    AppendInteger(out_, statistics.first_trade_id);
    out_ += R"(,"lastId":)";
    AppendInteger(out_, statistics.last_trade_id);
    out_ += R"(,"count":)";
    AppendInteger(out_, statistics.trade_count);
    out_ += '}';
  }

  void WriteBest() {
    const BestPrices best = market_.Best();
    WritePriceField(R"(,"bidPrice":)", best.bid_ticks);
    WriteQuantityField(R"(,"bidQty":)", best.bid_lots);
    WritePriceField(R"(,"askPrice":)", best.ask_ticks);
    WriteQuantityField(R"(,"askQty":)", best.ask_lots);
  }

  void WriteSymbol() {
    out_ += R"({"symbol":)";
    text_.AppendName(out_);
  }
  void WritePriceField(const char* key, std::int64_t price_ticks) {
    out_ += key;
    text_.AppendPrice(out_, price_ticks);
  }
  void WriteQuantityField(const char* key, std::int64_t quantity_lots) {
    out_ += key;
    text_.AppendQuantity(out_, quantity_lots);
  }
  void WriteTimeField(const char* key, std::int64_t time_ns) {
    out_ += key;
    if (query_.microseconds) {
      AppendUs(out_, time_ns);
    } else {
      AppendMs(out_, time_ns);
    }
  }

  std::string& out_;
  const MarketQuery& query_;
  SymbolMarket& market_;
  const SymbolText& text_;
  std::int64_t wall_ns_;
};

}  // namespace

std::string AnswerMarketQuery(const MarketQuery& query, std::span<SymbolMarket* const> markets,
                              std::int64_t wall_ns) {
  std::string out;
  if (!query.as_array && query.symbols.size() == 1) {
    if (markets.empty()) {
      return "{}";
    }
    Answer(out, query, *markets.front(), wall_ns).Write();
    return out;
  }
  out += '[';
  for (SymbolMarket* market : markets) {
    if (out.size() > 1) {
      out += ',';
    }
    Answer(out, query, *market, wall_ns).Write();
  }
  out += ']';
  return out;
}

}  // namespace lockstep
