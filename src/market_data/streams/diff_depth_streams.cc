#include "market_data/streams/diff_depth_streams.h"

#include <cstdint>
#include <span>
#include <string>

#include "market_data/depth_fold.h"
#include "market_data/price_levels.h"
#include "market_data/streams/json_text.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/stream_outbox.h"
#include "market_data/streams/symbol_market.h"

namespace lockstep {
namespace {

void AppendDepthEvent(std::string& out, const SymbolText& text, std::int64_t time_ns,
                      std::uint64_t first_update_id, std::uint64_t last_update_id,
                      std::span<const DepthFold::Change> changes) {
  out += R"({"e":"depthUpdate","E":)";
  AppendMs(out, time_ns);
  out += R"(,"s":)";
  text.AppendName(out);
  out += R"(,"U":)";
  AppendInteger(out, first_update_id);
  out += R"(,"u":)";
  AppendInteger(out, last_update_id);
  out += R"(,"b":)";
  text.AppendChanges(out, changes, BookSide::kBuy);
  out += R"(,"a":)";
  text.AppendChanges(out, changes, BookSide::kSell);
  out += '}';
}

}  // namespace

DiffDepthStream::DiffDepthStream(const SymbolMarket& market, std::int64_t period_ns,
                                 const StreamTopic& topic, StreamContext& context)
    : Stream(topic, context), market_(market), period_ns_(period_ns) {
  pending_.Restart(market.book().symbol_sequence());
}

void DiffDepthStream::OnEntry(const MarketEntry& entry) {
  if (entry.changes.empty()) {
    return;  // the next message covers this id as well
  }
  pending_.Add(entry.changes);
  WakeWhenPeriodEnds(period_ns_);
}

void DiffDepthStream::OnTimer() {
  if (pending_.empty()) {
    return;
  }
  const std::uint64_t update_id = market_.book().symbol_sequence();
  const std::uint64_t first_update_id = pending_.Take(market_.book().depth(), update_id, changes_);
  AppendDepthEvent(Begin(), market_.text(), now().wall_ns, first_update_id, update_id, changes_);
  Send();
}

EntryDepthStream::EntryDepthStream(const SymbolMarket& market, const StreamTopic& topic,
                                   StreamContext& context)
    : Stream(topic, context), market_(market), last_update_id_(market.book().symbol_sequence()) {}

void EntryDepthStream::OnEntry(const MarketEntry& entry) {
  if (entry.changes.empty()) {
    return;
  }
  const std::uint64_t update_id = market_.book().symbol_sequence();
  AppendDepthEvent(Begin(), market_.text(), entry.timestamp_ns, last_update_id_ + 1, update_id,
                   entry.changes);
  Send();
  last_update_id_ = update_id;
}

}  // namespace lockstep
