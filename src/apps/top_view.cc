#include "apps/top_view.h"

#include <fmt/format.h>

#include <string_view>

namespace lockstep {
namespace {

constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kMsPerDay = 86'400'000;

std::string Coloured(std::string_view code, std::string text, bool colour) {
  return colour ? fmt::format("{}{}{}", code, text, kPlain) : text;
}

// Time of day, UTC.
std::string TimeText(std::int64_t timestamp_ns) {
  const std::int64_t ms = (timestamp_ns / kNsPerMs) % kMsPerDay;
  return fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1'000 % 60,
                     ms % 1'000);
}

std::string DurationText(std::int64_t duration_ns) {
  const auto us = static_cast<double>(duration_ns) / 1e3;
  return us < 10'000 ? fmt::format("{:.1f} us", us) : fmt::format("{:.2f} ms", us / 1e3);
}

struct BookRow {
  std::int64_t price_ticks;
  DepthLevel level;
};

std::vector<BookRow> BestRows(const TopModel& model, BookSide side, std::size_t levels) {
  std::vector<BookRow> rows;
  model.depth.depth().levels(side).VisitBestFirst(
      [&](std::int64_t price_ticks, const DepthLevel& level) {
        rows.push_back({.price_ticks = price_ticks, .level = level});
        return rows.size() < levels;
      });
  return rows;
}

std::string BookLine(const TopModel& model, const BookRow& row, BookSide side, bool colour) {
  return fmt::format(
      "{:>6} {:>14} {}", row.level.order_count,
      DecimalText(row.level.quantity_lots, model.quantity_scale),
      Coloured(side == BookSide::kBuy ? kGreen : kRed,
               fmt::format("{:>13}", DecimalText(row.price_ticks, model.price_scale)), colour));
}

constexpr std::size_t kBookColumns = 6 + 1 + 14 + 1 + 13;

// The left half: asks, worst of those shown on top, the spread, bids.
std::vector<std::string> BookLines(const TopModel& model, std::size_t levels, bool colour) {
  const std::string empty(kBookColumns, ' ');
  std::vector<std::string> lines;
  const std::vector<BookRow> asks = BestRows(model, BookSide::kSell, levels);
  const std::vector<BookRow> bids = BestRows(model, BookSide::kBuy, levels);
  lines.assign(levels - asks.size(), empty);
  for (auto row = asks.rbegin(); row != asks.rend(); ++row) {
    lines.push_back(BookLine(model, *row, BookSide::kSell, colour));
  }
  std::string between = "no spread";
  if (!asks.empty() && !bids.empty()) {
    between = "spread " +
              DecimalText(asks.front().price_ticks - bids.front().price_ticks, model.price_scale);
  }
  lines.push_back(fmt::format("{:->{}}", " " + between + " --", kBookColumns));
  for (const BookRow& row : bids) {
    lines.push_back(BookLine(model, row, BookSide::kBuy, colour));
  }
  lines.resize(2 * levels + 1, empty);
  return lines;
}

std::string TapeLine(const TopModel& model, const TapeRow& row, bool colour) {
  return fmt::format("{} {} {:>13}", TimeText(row.timestamp_ns),
                     Coloured(row.taker_buys ? kGreen : kRed,
                              fmt::format("{}{:>12}", row.taker_buys ? '+' : '-',
                                          DecimalText(row.price_ticks, model.price_scale)),
                              colour),
                     DecimalText(row.quantity_lots, model.quantity_scale));
}

std::string LatencyLine(std::string_view name, const DurationWindow& window) {
  const DurationWindow::Percentiles read = window.Read();
  if (read.count == 0) {
    return fmt::format("{:<21} none yet", name);
  }
  return fmt::format("{:<21} p50 {:>10} p99 {:>10} max {:>10} of {}", name,
                     DurationText(read.p50_ns), DurationText(read.p99_ns),
                     DurationText(read.max_ns), read.count);
}

}  // namespace

std::string DecimalText(std::int64_t value, std::uint8_t scale) {
  const bool negative = value < 0;
  std::string digits = std::to_string(negative ? -static_cast<std::uint64_t>(value)
                                               : static_cast<std::uint64_t>(value));
  if (digits.size() <= scale) {
    digits.insert(0, scale + 1 - digits.size(), '0');
  }
  if (scale > 0) {
    digits.insert(digits.size() - scale, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

std::vector<std::string> DrawTop(const TopModel& model, std::size_t levels, bool colour) {
  std::vector<std::string> lines;
  lines.push_back(Coloured(
      kBold, fmt::format("{}  {}  position {}", model.symbol, model.address, model.position),
      colour));
  lines.push_back(fmt::format("{} trades, {} depth updates, {} bids, {} asks", model.trades,
                              model.depth_updates,
                              model.depth.depth().levels(BookSide::kBuy).size(),
                              model.depth.depth().levels(BookSide::kSell).size()));
  lines.emplace_back();
  lines.push_back(fmt::format("{:>6} {:>14} {:>13} | {:<12} {:>13} {:>13}", "orders", "quantity",
                              "price", "time (UTC)", "last price", "quantity"));
  std::vector<std::string> book = BookLines(model, levels, colour);
  for (std::size_t i = 0; i < book.size(); ++i) {
    lines.push_back(book[i] + " |" +
                    (i < model.tape.size() ? " " + TapeLine(model, model.tape[i], colour) : ""));
  }
  lines.emplace_back();
  lines.push_back(LatencyLine("heartbeat round trip", model.round_trips));
  lines.push_back(LatencyLine("trade, log to here", model.trade_delays));
  return lines;
}

}  // namespace lockstep
