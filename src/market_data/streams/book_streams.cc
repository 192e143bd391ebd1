#include "market_data/streams/book_streams.h"

#include <cstdint>
#include <string>
#include <utility>

#include "market_data/depth_fold.h"
#include "market_data/price_levels.h"
#include "market_data/streams/json_text.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/symbol_market.h"

namespace lockstep {

void BookTickerStream::OnEntry(const MarketEntry& /*entry*/) {
  const BestPrices best = market_.Best();
  if (best == sent_) {
    return;
  }
  sent_ = best;
  const SymbolText& text = market_.text();
  std::string& out = Begin();
  out += R"({"u":)";
  AppendInteger(out, market_.book().symbol_sequence());
  out += R"(,"s":)";
  text.AppendName(out);
  out += R"(,"b":)";
  text.AppendPrice(out, best.bid_ticks);
  out += R"(,"B":)";
  text.AppendQuantity(out, best.bid_lots);
  out += R"(,"a":)";
  text.AppendPrice(out, best.ask_ticks);
  out += R"(,"A":)";
  text.AppendQuantity(out, best.ask_lots);
  out += '}';
  Send();
}

void BookTickerStream::OnUnseen(std::uint64_t /*symbol_sequence*/) { sent_ = market_.Best(); }

void PartialDepthStream::OnSubscriber() {
  sent_.clear();
  WakeWhenPeriodEnds(period_ns_);
}

void PartialDepthStream::OnEntry(const MarketEntry& entry) {
  if (!entry.changes.empty()) {
    WakeWhenPeriodEnds(period_ns_);
  }
}

void PartialDepthStream::OnTimer() {
  const DepthFold& depth = market_.book().depth();
  std::string levels = R"(,"bids":)";
  market_.text().AppendBest(levels, depth.levels(BookSide::kBuy), levels_);
  levels += R"(,"asks":)";
  market_.text().AppendBest(levels, depth.levels(BookSide::kSell), levels_);
  levels += '}';
  if (levels == sent_) {
    return;
  }
  std::string& out = Begin();
  out += R"({"lastUpdateId":)";
  AppendInteger(out, market_.book().symbol_sequence());
  out += levels;
  Send();
  sent_ = std::move(levels);
}

}  // namespace lockstep
