#include "bench/journal_load.h"

#include <fcntl.h>
#include <sys/prctl.h>

#include <array>
#include <cstring>
#include <ctime>
#include <thread>

#include "base/clock.h"
#include "base/event_ring.h"
#include "base/posix_file.h"
#include "protocol/entry.h"
#include "sequencer/batcher.h"
#include "sequencer/engine_thread.h"
#include "sequencer/journal/frame.h"
#include "sequencer/journal/journal_sequencer.h"
#include "sequencer/sequencer_thread.h"

namespace lockstep {
namespace {

constexpr std::size_t kRingBytes = std::size_t{1} << 20;

// Stands for the engine: takes each command's intended time out of its first bytes.
class LatencyMachine final : public StateMachine {
 public:
  explicit LatencyMachine(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] Status LoadSnapshot(SnapshotReader& /*reader*/) override { return Status::Ok(); }
  void Apply(std::int64_t /*position*/, std::int64_t /*timestamp_ns*/,
             std::span<const std::byte> entry) override {
    const std::int64_t now_ns = clock_.MonotonicNs();
    EntryReader reader(entry);
    for (auto command = reader.Next(); !command.empty(); command = reader.Next()) {
      std::int64_t intended_ns = 0;
      std::memcpy(&intended_ns, command.data(), sizeof(intended_ns));
      latency_ns_.Record(now_ns - intended_ns);
    }
  }
  void OnLeadership(std::int64_t /*term*/, std::int32_t /*leader*/) override {}
  [[nodiscard]] bool WriteSnapshot(SnapshotWriter& /*writer*/) const override { return true; }
  [[nodiscard]] std::uint64_t Digest() const override { return 0; }
  [[nodiscard]] std::int64_t NextDeadlineNs() const override { return INT64_MAX; }

  // After the threads have stopped.
  [[nodiscard]] const Histogram& latency_ns() const { return latency_ns_; }

 private:
  const Clock& clock_;
  Histogram latency_ns_;
};

// Waits for one moment after the other. Sleeps most of the time, so that the measured threads have
// the cores.
class Pacer {
 public:
  Pacer(const Clock& clock, double rate_per_second)
      : clock_(clock), started_ns_(clock.MonotonicNs()), rate_per_second_(rate_per_second) {
    prctl(PR_SET_TIMERSLACK, 1'000);
  }

  // The time of event `index`; returns when it has come, at once when it has passed.
  std::int64_t Await(std::uint64_t index) {
    if (rate_per_second_ == 0) {
      return clock_.MonotonicNs();
    }
    const auto intended_ns = started_ns_ + static_cast<std::int64_t>(static_cast<double>(index) *
                                                                     1e9 / rate_per_second_);
    const std::int64_t sleep_ns = intended_ns - clock_.MonotonicNs() - kSpinNs;
    if (sleep_ns > 0) {
      const timespec wait{.tv_sec = sleep_ns / 1'000'000'000, .tv_nsec = sleep_ns % 1'000'000'000};
      nanosleep(&wait, nullptr);
    }
    while (clock_.MonotonicNs() < intended_ns) {
    }
    return intended_ns;
  }
  [[nodiscard]] double Seconds() const {
    return static_cast<double>(clock_.MonotonicNs() - started_ns_) * 1e-9;
  }

 private:
  static constexpr std::int64_t kSpinNs = 30'000;

  const Clock& clock_;
  const std::int64_t started_ns_;
  const double rate_per_second_;
};

}  // namespace

Result<JournalLoadFigures> LoadJournal(const std::string& directory, double rate_per_second,
                                       double seconds) {
  const SystemClock clock;
  LatencyMachine machine(clock);
  EventRing events(kRingBytes, 1'000'000'000, [] {});
  StateMachineDriver driver(machine, events, clock, {.node = 0, .boot_id = 1});
  JournalOptions options;
  options.directory = directory;
  options.clock = &clock;
  JournalSequencer journal(options);
  if (Status recovered = journal.Recover(driver); !recovered.ok()) {
    return std::unexpected(recovered);
  }
  IngressRing ingress(kRingBytes);
  IngressRing queries(4'096);
  Batcher batcher({.origin_node = 0, .boot_id = 1}, ingress, journal, driver, clock);
  SequencerThread sequencer_thread({}, batcher, journal, ingress, clock);
  EngineThread engine_thread(
      {}, journal, driver, queries, [](std::span<const std::byte>) {}, clock);
  engine_thread.Start();
  sequencer_thread.Start();

  Pacer pacer(clock, rate_per_second);
  std::array<std::byte, kBenchCommandBytes> command{};
  std::uint64_t sent = 0;
  while (pacer.Seconds() < seconds && !journal.storage_failed()) {
    const std::int64_t intended_ns = pacer.Await(sent);
    std::memcpy(command.data(), &intended_ns, sizeof(intended_ns));
    while (!ingress.TryWrite(command) && !journal.storage_failed()) {
      std::this_thread::yield();
    }
    ++sent;
  }
  sequencer_thread.Stop();
  engine_thread.Stop();
  if (journal.storage_failed()) {
    return Error(StatusCode::kIoError, journal.StorageError());
  }
  JournalLoadFigures figures;
  figures.latency_ns = machine.latency_ns();
  figures.commands_per_second = static_cast<double>(sent) / pacer.Seconds();
  figures.bytes_per_second = figures.commands_per_second * static_cast<double>(kBenchCommandBytes);
  figures.commands_per_entry =
      static_cast<double>(sent) / static_cast<double>(batcher.entries_appended());
  figures.entries_per_commit = static_cast<double>(batcher.entries_appended()) /
                               static_cast<double>(sequencer_thread.commits());
  return figures;
}

Result<Histogram> LoadBareFile(const std::string& directory, double rate_per_second,
                               double seconds) {
  const SystemClock clock;
  const std::string path = directory + "/bare";
  auto file = OpenFile(path, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) {
    return std::unexpected(file.error());
  }
  const std::vector<std::byte> zeros(std::size_t{16} << 20);
  Status status = WriteAt(file->get(), path, zeros, 0);
  if (status.ok()) {
    status = SyncData(file->get(), path);
  }
  const std::vector<std::byte> bytes(
      FrameBytes(kEntryHeaderBytes + kCommandPrefixBytes + kBenchCommandBytes), std::byte{0x5A});
  Histogram latency_ns;
  Pacer pacer(clock, rate_per_second);
  std::int64_t offset = 0;
  for (std::uint64_t index = 0; status.ok() && pacer.Seconds() < seconds; ++index) {
    const std::int64_t intended_ns = pacer.Await(index);
    status = WriteAt(file->get(), path, bytes, offset);
    if (status.ok()) {
      status = SyncData(file->get(), path);
    }
    latency_ns.Record(clock.MonotonicNs() - intended_ns);
    offset += static_cast<std::int64_t>(bytes.size());
    if (offset + static_cast<std::int64_t>(bytes.size()) >
        static_cast<std::int64_t>(zeros.size())) {
      offset = 0;
    }
  }
  if (Status removed = RemoveFile(path); status.ok()) {
    status = removed;
  }
  if (!status.ok()) {
    return std::unexpected(status);
  }
  return latency_ns;
}

}  // namespace lockstep
