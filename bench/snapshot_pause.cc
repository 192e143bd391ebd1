#include "bench/snapshot_pause.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <memory>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "engine/matching_engine.h"
#include "lockstep_sbe/NewOrder.h"
#include "protocol/entry.h"
#include "protocol/text.h"
#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/journal/read_only_replay.h"

namespace lockstep {
namespace {

constexpr int kRounds = 5;
constexpr std::uint32_t kOrdersPerEntry = 40;
constexpr std::int64_t kLevelsPerSide = 20'000;

class DiscardingSink final : public EventSink {
 public:
  std::byte* Claim(std::size_t /*length*/) override { return buffer_.data(); }
  void Commit(std::size_t /*length*/) override {}

 private:
  alignas(8) std::array<std::byte, limits::kMaxEventBytes> buffer_{};
};

// One life of engine and journal on one thread, without fsync: not the disk is measured here.
class Life {
 public:
  explicit Life(const std::string& directory)
      : engine_(EngineLimits{}, sink_), journal_(Options(directory, clock_)) {}

  Status Start() { return journal_.Recover(engine_); }

  // One entry of orders that rest, appended, committed and applied. Returns the nanoseconds of
  // applying.
  Result<std::int64_t> AddOrders() {
    builder_.Begin(0, 1, ++batch_sequence_);
    while (builder_.count() < kOrdersPerEntry && builder_.Add(NextOrder())) {
    }
    return LogEntry();
  }
  Status SetUp() {
    constexpr std::array<std::string_view, 6> kLines = {
        "create_asset asset=1 scale=8 name=BTC",
        "create_asset asset=2 scale=8 name=USDT",
        "create_symbol symbol=1 base=1 quote_asset=2 price_scale=2 qty_scale=5 trading "
        "name=BTCUSDT",
        "create_account target=1",
        "deposit target=1 asset=1 amount=1000000000000000000 source=1 number=1",
        "deposit target=1 asset=2 amount=1000000000000000000 source=1 number=2"};
    builder_.Begin(0, 1, ++batch_sequence_);
    for (const std::string_view line : kLines) {
      const auto command = CommandFromText(line);
      if (!command) {
        return command.error();
      }
      LOCKSTEP_ASSERT(builder_.Add(*command));
    }
    const auto logged = LogEntry();
    return logged ? Status::Ok() : logged.error();
  }

  [[nodiscard]] MatchingEngine& engine() { return engine_; }
  [[nodiscard]] JournalSequencer& journal() { return journal_; }
  [[nodiscard]] const SystemClock& clock() const { return clock_; }
  [[nodiscard]] std::uint64_t orders() const { return orders_; }

 private:
  static JournalOptions Options(const std::string& directory, const Clock& clock) {
    JournalOptions options;
    options.directory = directory;
    options.sync = SyncPolicy::kNone;
    options.clock = &clock;
    return options;
  }

  std::span<const std::byte> NextOrder() {
    const bool buy = orders_ % 2 == 0;
    const std::int64_t level =
        static_cast<std::int64_t>(orders_ * 7'919 % static_cast<std::uint64_t>(kLevelsPerSide));
    order_.fill(std::byte{0});
    auto order = Encode<sbe::NewOrder>(order_.data(), order_.size());
    ++orders_;
    order.header().account(1).requestIdLow(orders_);
    order.price(buy ? 2'000'000 - level : 2'000'001 + level).quantity(100).symbol(1);
    order.side(buy ? sbe::Side::BUY : sbe::Side::SELL).orderType(sbe::OrderType::LIMIT);
    order.timeInForce(sbe::TimeInForce::GTC);
    order.putClientOrderId("", 0);
    return std::span<const std::byte>(order_).first(kMessageHeaderBytes + order.encodedLength());
  }

  Result<std::int64_t> LogEntry() {
    const auto entry = builder_.Finish();
    for (auto appended = journal_.Append(entry); !appended; appended = journal_.Append(entry)) {
      if (appended.error() == AppendError::kStorageFailed) {
        return Error(StatusCode::kIoError, journal_.StorageError());
      }
      std::this_thread::yield();
    }
    journal_.Commit();
    const std::int64_t started_ns = clock_.MonotonicNs();
    journal_.ApplyCommitted(engine_, 1);
    return clock_.MonotonicNs() - started_ns;
  }

  SystemClock clock_;
  DiscardingSink sink_;
  MatchingEngine engine_;
  JournalSequencer journal_;
  std::array<std::byte, limits::kMaxBatchBytes> entry_{};
  EntryBuilder builder_{entry_.data(), entry_.size()};
  std::array<std::byte, limits::kMaxCommandBytes> order_{};
  std::uint64_t batch_sequence_ = 0;
  std::uint64_t orders_ = 0;
};

std::int64_t ThreadCpuNs() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<std::int64_t>(used.tv_sec) * 1'000'000'000 + used.tv_nsec;
}

double Milliseconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-6; }
double Seconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-9; }

Status TakeSnapshots(Life& life, SnapshotFigures& figures) {
  std::vector<double> pauses_ms;
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < 200; ++i) {
      const auto applied_ns = life.AddOrders();
      if (!applied_ns) {
        return applied_ns.error();
      }
      figures.slowest_entry_ms_before =
          std::max(figures.slowest_entry_ms_before, Milliseconds(*applied_ns));
    }
    const std::int64_t position = life.journal().applied_position();
    std::int64_t cpu_ns = 0;
    std::int64_t started_ns = 0;
    Status taken(StatusCode::kUnavailable, "");
    while (taken.code() == StatusCode::kUnavailable) {
      // Refused while the keeper of the last round still removes old files: that is no pause.
      std::this_thread::yield();
      cpu_ns = ThreadCpuNs();
      started_ns = life.clock().MonotonicNs();
      taken = life.journal().TakeSnapshot(life.engine());
    }
    if (!taken.ok()) {
      return taken;
    }
    pauses_ms.push_back(Milliseconds(life.clock().MonotonicNs() - started_ns));
    figures.pause_cpu_ms_max =
        std::max(figures.pause_cpu_ms_max, Milliseconds(ThreadCpuNs() - cpu_ns));
    while (life.journal().snapshot_position() < position) {
      const auto applied_ns = life.AddOrders();
      if (!applied_ns) {
        return applied_ns.error();
      }
      figures.slowest_entry_ms = std::max(figures.slowest_entry_ms, Milliseconds(*applied_ns));
      // At a pace that the pools outlast: some ten thousand orders a second.
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    figures.until_verified_seconds = Seconds(life.clock().MonotonicNs() - started_ns);
  }
  std::sort(pauses_ms.begin(), pauses_ms.end());
  figures.pause_ms_median = pauses_ms[pauses_ms.size() / 2];
  figures.pause_ms_max = pauses_ms.back();
  return Status::Ok();
}

Status Restart(const std::string& directory, bool use_snapshots, std::uint64_t digest,
               SnapshotFigures& figures) {
  const SystemClock clock;
  DiscardingSink sink;
  MatchingEngine engine(EngineLimits{}, sink);
  const std::int64_t started_ns = clock.MonotonicNs();
  const auto replay = ReplayReadOnly(directory, use_snapshots, engine, [](std::string_view) {});
  if (!replay) {
    return replay.error();
  }
  if (engine.Digest() != digest) {
    return {StatusCode::kCorruption, directory + ": a restart gives another digest"};
  }
  if (use_snapshots) {
    figures.snapshot_bytes = replay->snapshot.payload_bytes;
    figures.load_seconds = Seconds(clock.MonotonicNs() - started_ns - replay->replay_ns);
  } else {
    const double seconds = Seconds(replay->replay_ns);
    figures.replay_entries_per_second = static_cast<double>(replay->end.entries) / seconds;
    figures.replay_commands_per_second =
        static_cast<double>(replay->end.entries) * kOrdersPerEntry / seconds;
  }
  return Status::Ok();
}

}  // namespace

Result<SnapshotFigures> MeasureSnapshots(const std::string& directory,
                                         std::uint64_t resting_orders) {
  SnapshotFigures figures;
  std::uint64_t digest = 0;
  {
    auto life = std::make_unique<Life>(directory);
    Status status = life->Start();
    if (status.ok()) {
      status = life->SetUp();
    }
    while (status.ok() && life->orders() < resting_orders) {
      if (const auto added = life->AddOrders(); !added) {
        status = added.error();
      }
    }
    figures.resting_orders = life->orders();
    digest = life->engine().Digest();
  }
  // From the very start, while all of the log is there.
  Status status = Restart(directory, false, digest, figures);
  if (status.ok()) {
    auto life = std::make_unique<Life>(directory);
    status = life->Start();
    if (status.ok()) {
      status = TakeSnapshots(*life, figures);
    }
    digest = life->engine().Digest();
  }
  if (status.ok()) {
    status = Restart(directory, true, digest, figures);
  }
  if (!status.ok()) {
    return std::unexpected(status);
  }
  return figures;
}

}  // namespace lockstep
