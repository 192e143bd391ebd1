#include "bench/open_loop.h"

#include <poll.h>

#include <cstddef>
#include <ctime>
#include <span>
#include <vector>

#include "base/clock.h"
#include "client/command_builder.h"
#include "client/wire.h"
#include "lockstep_sbe/ExecutionReport.h"
#include "lockstep_sbe/Reject.h"

namespace lockstep {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kLastAnswersNs = 5 * kNsPerSecond;
// The kernel wakes a sleeper this much late, on a virtual machine at least; the last stretch before
// a send is waited awake, so that the sender's own lateness is not counted as the exchange's.
constexpr std::int64_t kAwakeNs = 80'000;

struct Sent {
  std::int64_t intended_ns;   // monotonic
  std::int64_t sent_wall_ns;  // comparable with the exchange's stamps
};

class OpenLoop {
 public:
  OpenLoop(SbeClient& client, std::uint32_t symbol) : client_(client), symbol_(symbol) {}

  Result<OpenLoopFigures> Run(double orders_per_second, double seconds) {
    const auto count = static_cast<std::uint64_t>(orders_per_second * seconds);
    const double gap_ns = static_cast<double>(kNsPerSecond) / orders_per_second;
    sent_.reserve(count);
    const std::int64_t start_ns = clock_.MonotonicNs();
    Status status;
    while (status.ok() && sent_.size() < count) {
      const std::int64_t due_ns =
          start_ns + static_cast<std::int64_t>(gap_ns * static_cast<double>(sent_.size()));
      if (clock_.MonotonicNs() >= due_ns) {
        status = SendOne(due_ns);
      } else {
        status = WaitUntil(due_ns);
      }
    }
    const std::int64_t deadline_ns = clock_.MonotonicNs() + kLastAnswersNs;
    while (status.ok() && answered_ < count && clock_.MonotonicNs() < deadline_ns) {
      status = WaitUntil(deadline_ns);
    }
    if (status.ok() && answered_ < count) {
      status = {StatusCode::kUnavailable, "not every order was answered"};
    }
    if (!status.ok()) {
      return std::unexpected(status);
    }
    return std::move(figures_);
  }

 private:
  Status SendOne(std::int64_t due_ns) {
    const OrderRef order = {.client_order_id = "open-loop"};
    const bool is_new = sent_.size() % 2 == 0;
    const auto command =
        is_new ? commands_.NewOrder({.symbol = symbol_,
                                     .side = sbe::Side::BUY,
                                     .price_ticks = 100'000,  // 1,000.00: far below any market
                                     .quantity_lots = 10'000,
                                     .client_order_id = order.client_order_id})
               : commands_.CancelOrder(symbol_, order);
    sent_.push_back({due_ns, clock_.WallNs()});
    return client_.Send(command);
  }

  // Reads what comes until then.
  Status WaitUntil(std::int64_t due_ns) {
    const std::int64_t wait_ns = due_ns - clock_.MonotonicNs() - kAwakeNs;
    if (wait_ns > 0) {
      pollfd entry = {client_.fd(), POLLIN, 0};
      const timespec wait = {wait_ns / kNsPerSecond, wait_ns % kNsPerSecond};
      ppoll(&entry, 1, &wait, nullptr);
    }
    for (;;) {
      const auto message = client_.Receive(0);
      if (!message) {
        return message.error().code() == StatusCode::kUnavailable ? Status::Ok() : message.error();
      }
      Take(*message);
    }
  }

  void Take(std::span<const std::byte> message) {
    if (As<sbe::Reject>(message)) {
      ++figures_.rejects;
      ++answered_;
      return;
    }
    auto report = As<sbe::ExecutionReport>(message);
    const std::uint64_t number = report ? report->reply().requestIdLow() : 0;
    if (number == 0 || number > sent_.size()) {
      return;
    }
    const Sent& sent = sent_[number - 1];
    auto reply = report->reply();
    figures_.round_trip_ns.Record(clock_.MonotonicNs() - sent.intended_ns);
    figures_.to_gateway_ns.Record(reply.receivedNs() - sent.sent_wall_ns);
    figures_.to_sequencer_ns.Record(report->header().timestampNs() - reply.receivedNs());
    figures_.to_matched_ns.Record(reply.matchedNs() - report->header().timestampNs());
    figures_.to_sent_ns.Record(reply.sentNs() - reply.matchedNs());
    figures_.to_client_ns.Record(clock_.WallNs() - reply.sentNs());
    ++answered_;
  }

  SystemClock clock_;
  SbeClient& client_;
  std::uint32_t symbol_;
  CommandBuilder commands_;
  std::vector<Sent> sent_;  // by request id, from 1
  std::uint64_t answered_ = 0;
  OpenLoopFigures figures_;
};

}  // namespace

Result<OpenLoopFigures> RunOpenLoop(SbeClient& client, std::uint32_t symbol,
                                    double orders_per_second, double seconds) {
  return OpenLoop(client, symbol).Run(orders_per_second, seconds);
}

}  // namespace lockstep
