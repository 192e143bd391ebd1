#include "bench/engine_bench.h"

#include <fmt/format.h>
#include <x86intrin.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "base/limits.h"
#include "bench/standard_flow.h"
#include "engine/matching_engine.h"
#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/Trade.h"
#include "protocol/entry.h"

namespace lockstep {
namespace {

struct Arguments {
  std::string flow;
  int runs = 5;
  int latency_runs = 3;
  std::size_t batch_bytes = limits::kMinBatchBytes;
  bool json = false;
};

// What the tape's makers published of its right result, computed from our events.
struct Tally {
  std::uint64_t events = 0;
  std::uint64_t trades = 0;
  std::uint64_t volume = 0;
  std::uint64_t notional = 0;
  std::uint64_t rejects = 0;
  std::uint64_t tape_hash = 1'469'598'103'934'665'603ULL;
};

// Stands for the event ring: a block that is written over and over, small enough to stay in the
// cache as a ring whose readers keep up does.
class BenchSink final : public EventSink {
 public:
  explicit BenchSink(bool hash_tape) : block_(kBlockBytes), hash_tape_(hash_tape) {}

  std::byte* Claim(std::size_t length) override {
    if (at_ + length > kBlockBytes) {
      at_ = 0;
    }
    return &block_[at_];
  }
  void Commit(std::size_t length) override {
    const std::span<const std::byte> event(&block_[at_], length);
    const std::uint16_t template_id = ReadMessageHeader(event).template_id;
    if (template_id == sbe::Trade::sbeTemplateId()) {
      CountTrade(Decode<sbe::Trade>(event));
    } else if (template_id == sbe::Reject::sbeTemplateId()) {
      ++tally_.rejects;
    }
    ++tally_.events;
    at_ = (at_ + length + 7) & ~std::size_t{7};
  }

  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{256} << 10U;

  void CountTrade(const sbe::Trade& trade) {
    ++tally_.trades;
    tally_.volume += static_cast<std::uint64_t>(trade.quantity());
    tally_.notional += static_cast<std::uint64_t>(trade.price() * trade.quantity());
    if (hash_tape_) {
      for (const std::uint64_t word :
           {trade.takerOrderId(), trade.makerOrderId(), static_cast<std::uint64_t>(trade.price()),
            static_cast<std::uint64_t>(trade.quantity())}) {
        tally_.tape_hash = (tally_.tape_hash ^ word) * 1'099'511'628'211ULL;
      }
    }
  }

  std::vector<std::byte> block_;
  std::size_t at_ = 0;
  bool hash_tape_;
  Tally tally_;
};

// A fresh engine with the market open and the book filled.
class Bed {
 public:
  Bed(const EncodedEntries& market, const EncodedEntries& prefill, bool hash_tape)
      : sink_(hash_tape),
        engine_(std::make_unique<MatchingEngine>(EngineLimits{.prefault = true}, sink_)) {
    for (std::size_t i = 0; i < market.commands.size(); ++i) {
      Apply(market, i);
    }
    for (std::size_t i = 0; i < prefill.commands.size(); ++i) {
      Apply(prefill, i);
    }
  }

  void Apply(const EncodedEntries& entries, std::size_t i) {
    const std::size_t begin = entries.offsets[i];
    Apply({&entries.bytes[begin], entries.offsets[i + 1] - begin});
  }
  void Apply(std::span<const std::byte> entry) {
    position_ += 1;
    time_ns_ += 1'000;
    engine_->Apply(position_, time_ns_, entry);
  }

  [[nodiscard]] const Tally& tally() const { return sink_.tally(); }
  [[nodiscard]] const MatchingEngine& engine() const { return *engine_; }

 private:
  BenchSink sink_;
  std::unique_ptr<MatchingEngine> engine_;
  std::int64_t position_ = 0;
  std::int64_t time_ns_ = 0;
};

std::uint64_t StampBefore() {
  _mm_lfence();
  const std::uint64_t stamp = __rdtsc();
  _mm_lfence();
  return stamp;
}

std::uint64_t StampAfter() {
  unsigned processor = 0;
  const std::uint64_t stamp = __rdtscp(&processor);
  _mm_lfence();
  return stamp;
}

double StampsPerNs() {
  const auto clock_start = std::chrono::steady_clock::now();
  const std::uint64_t start = __rdtsc();
  while (std::chrono::steady_clock::now() - clock_start < std::chrono::milliseconds(200)) {
  }
  const std::uint64_t end = __rdtsc();
  const std::chrono::duration<double, std::nano> elapsed =
      std::chrono::steady_clock::now() - clock_start;
  return static_cast<double>(end - start) / elapsed.count();
}

// What a pair of stamps costs by itself, taken off each latency.
std::uint64_t StampCost() {
  std::vector<std::uint64_t> costs(10'000);
  for (std::uint64_t& cost : costs) {
    const std::uint64_t before = StampBefore();
    cost = StampAfter() - before;
  }
  std::nth_element(costs.begin(), costs.begin() + 5'000, costs.end());
  return costs[5'000];
}

// Stamps that all entries take. A sequencer hands an entry over while it is still in the cache; so
// each group of entries is copied to one small block first, outside the time.
std::uint64_t TimeAll(Bed& bed, const EncodedEntries& entries) {
  constexpr std::size_t kGroup = 32;
  std::vector<std::byte> block(kGroup * limits::kMaxBatchBytes);
  std::uint64_t total = 0;
  for (std::size_t first = 0; first < entries.commands.size(); first += kGroup) {
    const std::size_t last = std::min(first + kGroup, entries.commands.size());
    const std::size_t base = entries.offsets[first];
    std::memcpy(block.data(), &entries.bytes[base], entries.offsets[last] - base);
    const std::uint64_t before = StampBefore();
    for (std::size_t i = first; i < last; ++i) {
      const std::size_t begin = entries.offsets[i];
      bed.Apply({block.data() + (begin - base), entries.offsets[i + 1] - begin});
    }
    total += StampAfter() - before;
  }
  return total;
}

struct Figures {
  Tally tally;
  std::uint64_t digest = 0;
  std::vector<double> millions_per_second;
  Histogram latency_ns;
  std::size_t commands = 0;
};

Result<Figures> Measure(const Arguments& arguments) {
  Result<StandardFlow> flow = ReadStandardFlow(arguments.flow);
  if (!flow) {
    return std::unexpected(flow.error());
  }
  const EncodedEntries market = EncodeMarket(1'000);
  const EncodedEntries prefill = EncodeFlow(*flow, 0, flow->prefill, arguments.batch_bytes);
  const EncodedEntries batched =
      EncodeFlow(*flow, flow->prefill, flow->records.size(), arguments.batch_bytes);
  Figures figures;
  figures.commands = flow->records.size() - flow->prefill;
  const double stamps_per_ns = StampsPerNs();
  {
    Bed bed(market, prefill, true);
    for (std::size_t i = 0; i < batched.commands.size(); ++i) {
      bed.Apply(batched, i);
    }
    figures.tally = bed.tally();
    figures.digest = bed.engine().Digest();
    const Status audit = bed.engine().Audit();
    if (!audit.ok()) {
      return std::unexpected(audit);
    }
  }
  for (int run = 0; run < arguments.runs; ++run) {
    Bed bed(market, prefill, false);
    const double ns = static_cast<double>(TimeAll(bed, batched)) / stamps_per_ns;
    figures.millions_per_second.push_back(static_cast<double>(figures.commands) / ns * 1'000);
  }
  const EncodedEntries single = EncodeFlow(*flow, flow->prefill, flow->records.size(), 0);
  const std::uint64_t stamp_cost = StampCost();
  for (int run = 0; run < arguments.latency_runs; ++run) {
    Bed bed(market, prefill, false);
    for (std::size_t i = 0; i < single.commands.size(); ++i) {
      const std::uint64_t before = StampBefore();
      bed.Apply(single, i);
      const std::uint64_t stamps = StampAfter() - before;
      figures.latency_ns.Record(static_cast<std::int64_t>(
          static_cast<double>(stamps > stamp_cost ? stamps - stamp_cost : 0) / stamps_per_ns));
    }
  }
  return figures;
}

double Median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Print(const Arguments& arguments, const Figures& figures) {
  const Tally& tally = figures.tally;
  const Histogram& latency = figures.latency_ns;
  const double median = Median(figures.millions_per_second);
  if (arguments.json) {
    fmt::print(
        "{{\"bench\":\"engine\",\"flow\":\"{}\",\"commands\":{},\"trades\":{},\"volume\":{},"
        "\"notional\":{},\"tape_hash\":\"{:016x}\",\"digest\":\"{:016x}\",\"rejects\":{},"
        "\"events\":{},\"batch_bytes\":{},\"million_commands_per_second\":{:.3f},\"runs\":[{:.3f}],"
        "\"latency_ns\":{{\"p50\":{},\"p90\":{},\"p99\":{},\"p999\":{},\"p9999\":{},\"max\":{}}}}}"
        "\n",
        arguments.flow, figures.commands, tally.trades, tally.volume, tally.notional,
        tally.tape_hash, figures.digest, tally.rejects, tally.events, arguments.batch_bytes, median,
        fmt::join(figures.millions_per_second, ","), latency.Percentile(50), latency.Percentile(90),
        latency.Percentile(99), latency.Percentile(99.9), latency.Percentile(99.99), latency.Max());
    return;
  }
  fmt::print("whole engine, one thread, {} commands of {}\n", figures.commands, arguments.flow);
  fmt::print("  tape        {} trades, volume {}, hash {:016x}; {} rejects, {} events\n",
             tally.trades, tally.volume, tally.tape_hash, tally.rejects, tally.events);
  fmt::print(
      "  throughput  {:.2f} million commands a second (median of {} runs, entries of {} bytes)\n",
      median, arguments.runs, arguments.batch_bytes);
  fmt::print(
      "  latency ns  p50 {}  p90 {}  p99 {}  p99.9 {}  p99.99 {}  max {} (one command an entry)\n",
      latency.Percentile(50), latency.Percentile(90), latency.Percentile(99),
      latency.Percentile(99.9), latency.Percentile(99.99), latency.Max());
}

}  // namespace

void AddEngineBench(CLI::App& bench, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = *bench.add_subcommand("engine", "The whole engine on a standard order flow");
  command.add_option("--flow", arguments->flow, "PEERFLW1 file, plain or .zst")->required();
  command.add_option("--runs", arguments->runs, "Throughput runs, each on a fresh engine");
  command.add_option("--latency-runs", arguments->latency_runs, "Latency runs");
  command.add_option("--batch-bytes", arguments->batch_bytes, "Size limit of a log entry")
      ->check(CLI::Range(limits::kMinBatchBytes, limits::kMaxBatchBytes));
  command.add_flag("--json", arguments->json, "Print one JSON object");
  command.callback([arguments, &exit_code] {
    const Result<Figures> figures = Measure(*arguments);
    if (!figures) {
      fmt::print(stderr, "bench engine: {}\n", figures.error().message());
      exit_code = 1;
      return;
    }
    Print(*arguments, *figures);
  });
}

}  // namespace lockstep
