#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::uint64_t kRowsBetweenProgress = 256;
// Short enough that both connections are kept alive while the tape pauses.
constexpr std::int64_t kLongestPauseMs = 100;

// Keeps both connections alive until the tape's time has come.
Status Pace(std::int64_t due_ns, const Clock& clock, const ReplayMarket& market) {
  for (;;) {
    const std::int64_t wait_ms = (due_ns - clock.MonotonicNs()) / kNsPerMs;
    if (wait_ms <= 0) {
      return Status::Ok();
    }
    if (Status status = market.taker->Idle(0); !status.ok()) {
      return status;
    }
    if (Status status = market.maker->Idle(std::min(wait_ms, kLongestPauseMs)); !status.ok()) {
      return status;
    }
  }
}

double PerCent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

Result<ReplayReport> RunReplay(TapeReader& tape, Replay& replay, const ReplayMarket& market,
                               const ReplayOptions& options) {
  const SystemClock clock;
  const std::int64_t started_ns = clock.MonotonicNs();
  ReplayReport report;
  TapeEvent event;
  std::int64_t first_timestamp_ns = 0;
  while (options.max_rows == 0 || report.rows < options.max_rows) {
    const auto more = tape.Next(event);
    if (!more) {
      return std::unexpected(more.error());
    }
    if (!*more) {
      break;
    }
    if (report.rows++ == 0) {
      first_timestamp_ns = event.timestamp_ns;
    }
    Status status;
    if (options.speed > 0) {
      const auto elapsed_ns = static_cast<double>(event.timestamp_ns - first_timestamp_ns);
      status =
          Pace(started_ns + static_cast<std::int64_t>(elapsed_ns / options.speed), clock, market);
    }
    if (status.ok()) {
      status = replay.OnEvent(event);
    }
    if (!status.ok()) {
      return std::unexpected(status);
    }
    if (report.rows % kRowsBetweenProgress == 0) {
      // The taker may have nothing to say for long; its connection must not fall silent.
      if (Status alive = market.taker->Idle(0); !alive.ok()) {
        return std::unexpected(alive);
      }
      if (options.on_progress) {
        options.on_progress(tape.Progress(), report.rows);
      }
    }
  }
  if (Status status = replay.Finish(); !status.ok()) {
    return std::unexpected(status);
  }
  report.seconds = static_cast<double>(clock.MonotonicNs() - started_ns) / 1e9;
  report.commands = market.maker->sent_count() + market.taker->sent_count();
  report.unexpected_rejects = market.maker->reject_count() + market.taker->reject_count();
  report.first_reject = market.maker->first_reject().empty() ? market.taker->first_reject()
                                                             : market.maker->first_reject();
  replay.Report(report);
  return report;
}

std::string ReplayReport::ToJson() const {
  return fmt::format(
      "{{\n  \"rows\": {},\n  \"commands\": {},\n  \"trades\": {},\n  \"known\": {},\n"
      "  \"known_match\": {},\n  \"queued\": {},\n  \"queued_match\": {},\n"
      "  \"levels_reentered\": {},\n  \"already_filled\": {},\n  \"unknown_orders\": {},\n"
      "  \"unexpected_rejects\": {},\n  \"seconds\": {:.3f},\n"
      "  \"position\": {},\n  \"digest\": \"{:016x}\"\n}}\n",
      rows, commands, trades, known, known_match, queued, queued_match, levels_reentered,
      already_filled, unknown_orders, unexpected_rejects, seconds, position, digest);
}

std::string ReplayReport::ToText() const {
  std::string text = fmt::format(
      "{} rows, {} commands in {:.2f} s ({:.0f} commands/s), {} trades, {} unexpected rejects\n",
      rows, commands, seconds, static_cast<double>(commands) / std::max(seconds, 1e-9), trades,
      unexpected_rejects);
  if (!first_reject.empty()) {
    text += fmt::format("first reject: {}\n", first_reject);
  }
  if (known > 0) {
    text += fmt::format(
        "maker as the venue chose it: {} of {} known executions ({:.2f} %), {} of {} where two or "
        "more were queued ({:.2f} %)\n",
        known_match, known, PerCent(known_match, known), queued_match, queued,
        PerCent(queued_match, queued));
  }
  if (already_filled + unknown_orders > 0) {
    text += fmt::format(
        "{} changes or cancels came after the exchange had executed the order, {} "
        "named orders older than the tape\n",
        already_filled, unknown_orders);
  }
  return text + fmt::format("digest {:016x} at position {}\n", digest, position);
}

}  // namespace lockstep
