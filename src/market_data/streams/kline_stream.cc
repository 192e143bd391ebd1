#include "market_data/streams/kline_stream.h"

#include <cstdint>
#include <string>

#include "market_data/streams/json_text.h"
#include "market_data/streams/stream.h"
#include "market_data/streams/stream_name.h"
#include "market_data/streams/stream_outbox.h"
#include "market_data/streams/symbol_market.h"
#include "protocol/candle.h"

namespace lockstep {

KlineStream::KlineStream(const SymbolMarket& market, const StreamKey& key, const StreamTopic& topic,
                         StreamContext& context)
    : Stream(topic, context), market_(market), interval_(key.interval), period_ns_(key.period_ns) {
  const Candle candle = market_.PresentCandle(interval_);
  if (candle.trade_count == 0) {
    return;
  }
  if (now().wall_ns >= EndNs(candle) + kGraceNs) {
    over_open_ns_ = candle.open_ns;
  } else {
    WakeWhenWallIs(EndNs(candle) + kGraceNs);
  }
}

void KlineStream::OnEntry(const MarketEntry& entry) {
  if (!entry.trades.empty()) {
    changed_ = true;
    WakeWhenPeriodEnds(period_ns_);
  }
}

void KlineStream::OnNextSecond(std::int64_t time_ns) {
  const Candle candle = market_.PresentCandle(interval_);
  if (candle.trade_count == 0 || time_ns < EndNs(candle)) {
    return;
  }
  if (changed_ || candle.open_ns != over_open_ns_) {
    SendCandle(candle, time_ns, true);
  }
}

void KlineStream::OnTimer() {
  const Candle candle = market_.PresentCandle(interval_);
  if (candle.trade_count == 0) {
    return;
  }
  const std::int64_t over_ns = EndNs(candle) + kGraceNs;
  const bool over = now().wall_ns >= over_ns;
  if (changed_ || (over && candle.open_ns != over_open_ns_)) {
    SendCandle(candle, now().wall_ns, over);
  }
  if (!over) {
    WakeWhenWallIs(over_ns);
  }
}

void KlineStream::SendCandle(const Candle& candle, std::int64_t time_ns, bool over) {
  changed_ = false;
  if (over) {
    over_open_ns_ = candle.open_ns;
  }
  const SymbolText& text = market_.text();
  std::string& out = Begin();
  out += R"({"e":"kline","E":)";
  AppendMs(out, time_ns);
  out += R"(,"s":)";
  text.AppendName(out);
  out += R"(,"k":{"t":)";
  AppendMs(out, candle.open_ns);
  out += R"(,"T":)";
  AppendMs(out, EndNs(candle) - 1);
  out += R"(,"s":)";
  text.AppendName(out);
  out += R"(,"i":")";
  out += CandleIntervalText(interval_);
  out += R"(","f":)";
  AppendInteger(out, candle.first_trade_id);
  out += R"(,"L":)";
  AppendInteger(out, candle.last_trade_id);
  out += R"(,"o":)";
  text.AppendPrice(out, candle.open);
  out += R"(,"c":)";
  text.AppendPrice(out, candle.close);
  out += R"(,"h":)";
  text.AppendPrice(out, candle.high);
  out += R"(,"l":)";
  text.AppendPrice(out, candle.low);
  out += R"(,"v":)";
  text.AppendQuantity(out, candle.volume);
  out += R"(,"n":)";
  AppendInteger(out, candle.trade_count);
  out += R"(,"x":)";
  AppendBool(out, over);
  out += R"(,"q":)";
  text.AppendQuote(out, candle.quote_volume);
  out += R"(,"V":)";
  text.AppendQuantity(out, candle.taker_buy_volume);
  out += R"(,"Q":)";
  text.AppendQuote(out, candle.taker_buy_quote_volume);
  out += R"(,"B":"0"}})";
  Send();
}

}  // namespace lockstep
