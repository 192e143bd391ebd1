#include "bench/journal_bench.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/journal_load.h"
#include "bench/snapshot_pause.h"

namespace lockstep {
namespace {

struct Arguments {
  std::string directory = ".";
  double seconds = 20;
  std::vector<double> rates = {1'000, 10'000, 50'000};
  std::uint64_t resting_orders = 1'000'000;
  bool json = false;
};

struct RateFigures {
  double rate_per_second = 0;
  Histogram bare_ns;
  JournalLoadFigures journal;
};

struct Figures {
  std::vector<RateFigures> rates;
  JournalLoadFigures flood;
  SnapshotFigures snapshot;
};

// The rate at which the bare file is written: more than this no disk of one sync after the other
// follows, and a queue that only grows says nothing.
constexpr double kBareRateLimit = 1'000;

// Each run gets a directory of its own on the disk that is measured.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& parent) : path_(parent + "/lockstep-bench-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) {
      path_.clear();
    }
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) {
      std::filesystem::remove_all(path_, ignored);
    }
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  // Empty: it could not be made.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<JournalLoadFigures> RunJournal(const Arguments& arguments, double rate, double seconds) {
  const ScratchDirectory scratch(arguments.directory);
  if (scratch.path().empty()) {
    return Error(StatusCode::kIoError, arguments.directory + ": no directory can be made here");
  }
  return LoadJournal(scratch.path(), rate, seconds);
}

Result<Figures> Measure(const Arguments& arguments) {
  Figures figures;
  const double seconds = arguments.seconds / static_cast<double>(arguments.rates.size() + 1);
  for (const double rate : arguments.rates) {
    RateFigures at;
    at.rate_per_second = rate;
    // Bare before and after, so that a disk that changes its mind shows.
    for (int half = 0; half < 2; ++half) {
      const auto bare =
          LoadBareFile(arguments.directory, std::min(rate, kBareRateLimit), seconds / 4);
      if (!bare) {
        return std::unexpected(bare.error());
      }
      at.bare_ns.Merge(*bare);
      const auto journal = RunJournal(arguments, rate, seconds / 4);
      if (!journal) {
        return std::unexpected(journal.error());
      }
      Histogram merged = at.journal.latency_ns;
      merged.Merge(journal->latency_ns);
      at.journal = *journal;
      at.journal.latency_ns = merged;
    }
    figures.rates.push_back(std::move(at));
  }
  const auto flood = RunJournal(arguments, 0, seconds);
  if (!flood) {
    return std::unexpected(flood.error());
  }
  figures.flood = *flood;
  if (arguments.resting_orders > 0) {
    const ScratchDirectory scratch(arguments.directory);
    const auto snapshot = MeasureSnapshots(scratch.path(), arguments.resting_orders);
    if (!snapshot) {
      return std::unexpected(snapshot.error());
    }
    figures.snapshot = *snapshot;
  }
  return figures;
}

double Micros(const Histogram& ns, double percent) {
  return static_cast<double>(ns.Percentile(percent)) * 1e-3;
}

void PrintRow(const std::string& name, const Histogram& ns) {
  fmt::print("{:<34}{:>10.1f}{:>10.1f}{:>10.1f}{:>10.1f}{:>11.1f}{:>11}\n", name, Micros(ns, 50),
             Micros(ns, 90), Micros(ns, 99), Micros(ns, 99.9), static_cast<double>(ns.Max()) * 1e-3,
             ns.count());
}

void PrintTable(const Figures& figures) {
  fmt::print(
      "journal, sync always, {} B commands, open loop; µs from intended time to applied (bare: to "
      "synced)\n",
      kBenchCommandBytes);
  fmt::print("{:<34}{:>10}{:>10}{:>10}{:>10}{:>11}{:>11}\n", "", "p50", "p90", "p99", "p99.9",
             "max", "count");
  for (const RateFigures& at : figures.rates) {
    PrintRow(fmt::format("bare pwrite+fdatasync at {:.0f}/s",
                         std::min(at.rate_per_second, kBareRateLimit)),
             at.bare_ns);
    PrintRow(fmt::format("journal at {:.0f}/s", at.rate_per_second), at.journal.latency_ns);
  }
  fmt::print(
      "flood: {:.0f} commands/s, {:.1f} MB/s of commands, {:.1f} commands an entry, {:.1f} entries "
      "a commit\n",
      figures.flood.commands_per_second, figures.flood.bytes_per_second * 1e-6,
      figures.flood.commands_per_entry, figures.flood.entries_per_commit);
  const SnapshotFigures& snapshot = figures.snapshot;
  if (snapshot.resting_orders > 0) {
    fmt::print(
        "snapshot at {} resting orders: pause {:.1f} ms median, {:.1f} ms max ({:.1f} ms of work) "
        "of {} bytes; slowest "
        "entry meanwhile {:.1f} ms "
        "(before {:.1f} ms); verified after {:.1f} s\n",
        snapshot.resting_orders, snapshot.pause_ms_median, snapshot.pause_ms_max,
        snapshot.pause_cpu_ms_max, snapshot.snapshot_bytes, snapshot.slowest_entry_ms,
        snapshot.slowest_entry_ms_before, snapshot.until_verified_seconds);
    fmt::print(
        "restart: snapshot verified and loaded in {:.2f} s; replay {:.0f} entries/s, {:.0f} "
        "commands/s\n",
        snapshot.load_seconds, snapshot.replay_entries_per_second,
        snapshot.replay_commands_per_second);
  }
  fmt::print("{} cores, directory as given by --dir\n", std::thread::hardware_concurrency());
}

std::string JsonOf(const Histogram& ns) {
  return fmt::format(
      R"({{"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p99_9":{:.1f},"max":{:.1f},"count":{}}})",
      Micros(ns, 50), Micros(ns, 90), Micros(ns, 99), Micros(ns, 99.9),
      static_cast<double>(ns.Max()) * 1e-3, ns.count());
}

void PrintJson(const Figures& figures) {
  std::string rates;
  for (const RateFigures& at : figures.rates) {
    rates +=
        fmt::format(R"({}{{"rate":{:.0f},"bare_us":{},"journal_us":{}}})", rates.empty() ? "" : ",",
                    at.rate_per_second, JsonOf(at.bare_ns), JsonOf(at.journal.latency_ns));
  }
  const SnapshotFigures& snapshot = figures.snapshot;
  fmt::print(
      R"({{"bench":"journal","cores":{},"command_bytes":{},"rates":[{}],"flood":{{"commands_per_second":{:.0f},"commands_per_entry":{:.1f},"entries_per_commit":{:.1f}}},"snapshot":{{"resting_orders":{},"pause_ms_median":{:.2f},"pause_ms_max":{:.2f},"pause_cpu_ms_max":{:.2f},"slowest_entry_ms":{:.2f},"slowest_entry_ms_before":{:.2f},"until_verified_seconds":{:.2f},"bytes":{},"load_seconds":{:.3f},"replay_entries_per_second":{:.0f},"replay_commands_per_second":{:.0f}}}}}
)",
      std::thread::hardware_concurrency(), kBenchCommandBytes, rates,
      figures.flood.commands_per_second, figures.flood.commands_per_entry,
      figures.flood.entries_per_commit, snapshot.resting_orders, snapshot.pause_ms_median,
      snapshot.pause_ms_max, snapshot.pause_cpu_ms_max, snapshot.slowest_entry_ms,
      snapshot.slowest_entry_ms_before, snapshot.until_verified_seconds, snapshot.snapshot_bytes,
      snapshot.load_seconds, snapshot.replay_entries_per_second,
      snapshot.replay_commands_per_second);
}

int Run(const Arguments& arguments) {
  const auto figures = Measure(arguments);
  if (!figures) {
    fmt::print(stderr, "bench journal: {}\n", figures.error().message());
    return 1;
  }
  if (arguments.json) {
    PrintJson(*figures);
  } else {
    PrintTable(*figures);
  }
  return 0;
}

}  // namespace

void AddJournalBench(CLI::App& bench, int& exit_code) {
  CLI::App& journal = *bench.add_subcommand(
      "journal",
      "Group commit beside a bare fdatasync, throughput, and snapshots of a full engine");
  auto arguments = std::make_shared<Arguments>();
  journal.add_option("--dir", arguments->directory, "Where to write: the disk that is measured")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  journal.add_option("--seconds", arguments->seconds, "Of load, over all rates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  journal.add_option("--rate", arguments->rates, "Commands a second; may be given several times")
      ->check(CLI::PositiveNumber);
  journal
      .add_option("--resting", arguments->resting_orders,
                  "Orders in the engine whose snapshot is taken; 0: none")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'500'000}))
      ->capture_default_str();
  journal.add_flag("--json", arguments->json, "One JSON object instead of the table");
  journal.callback([arguments, &exit_code] { exit_code = Run(*arguments); });
}

}  // namespace lockstep
