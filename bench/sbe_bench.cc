#include "bench/sbe_bench.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/posix_file.h"
#include "bench/open_loop.h"
#include "client/credentials.h"
#include "client/local_exchange.h"
#include "client/sbe_client.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kSymbol = 1;  // BTCUSDT of --dev
constexpr std::int64_t kProbeBytes = 16 << 20;
// A log entry with one command.
constexpr std::size_t kProbeWriteBytes = 256;
constexpr int kProbeWrites = 1'000;

struct SbeBenchArguments {
  std::string sbe_address;
  std::string keys_path;
  std::string directory;
  std::vector<double> rates = {1'000, 5'000, 20'000};
  double seconds = 5;
  bool json = false;
};

struct RateFigures {
  double rate;
  OpenLoopFigures figures;
};

// pwrite + fdatasync of a file that has all its blocks, a thousand a second, as the journal does.
Status ProbeFdatasync(const std::string& directory, Histogram& latency_ns) {
  const std::string path = directory + "/fdatasync-probe";
  auto file = OpenFile(path, O_RDWR | O_CREAT | O_TRUNC);
  if (!file) {
    return file.error();
  }
  const std::vector<std::byte> zeros(static_cast<std::size_t>(kProbeBytes));
  Status status = WriteAt(file->get(), path, zeros, 0);
  if (status.ok()) {
    status = SyncData(file->get(), path);
  }
  const SystemClock clock;
  std::array<std::byte, kProbeWriteBytes> record{};
  for (int i = 0; status.ok() && i < kProbeWrites; ++i) {
    record[0] = static_cast<std::byte>(i);
    const std::int64_t started_ns = clock.MonotonicNs();
    status = WriteAt(file->get(), path, record, i * static_cast<std::int64_t>(record.size()));
    if (status.ok()) {
      status = SyncData(file->get(), path);
    }
    latency_ns.Record(clock.MonotonicNs() - started_ns);
    const timespec pause = {0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
  const Status removed = RemoveFile(path);
  return status.ok() ? removed : status;
}

// The exchange that is measured: one of our own in a directory of its own, or one that runs
// already.
class Target {
 public:
  Status Open(const SbeBenchArguments& arguments) {
    directory_ = arguments.directory.empty() ? std::filesystem::temp_directory_path().string()
                                             : arguments.directory;
    directory_ += "/lockstep-bench-" + std::to_string(getpid());
    if (Status status = MakeDirectories(directory_); !status.ok()) {
      return status;
    }
    sbe_address_ = arguments.sbe_address;
    keys_path_ = arguments.keys_path;
    if (!sbe_address_.empty()) {
      return Status::Ok();
    }
    auto exchange = LocalExchange::Start("/proc/self/exe", directory_ + "/data");
    if (!exchange) {
      return exchange.error();
    }
    exchange_ = std::move(*exchange);
    sbe_address_ = exchange_->sbe_address();
    keys_path_ = exchange_->keys_path();
    return Status::Ok();
  }
  Target() = default;
  ~Target() {
    exchange_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  [[nodiscard]] const std::string& directory() const { return directory_; }

  Result<std::unique_ptr<SbeClient>> Connect() const {
    const auto keys = ReadKeysFile(keys_path_);
    if (!keys) {
      return std::unexpected(keys.error());
    }
    auto client = SbeClient::Connect(sbe_address_);
    if (client) {
      if (const auto logon = (*client)->Logon(keys->maker); !logon) {
        return std::unexpected(logon.error());
      }
    }
    return client;
  }

 private:
  std::string directory_;
  std::string sbe_address_;
  std::string keys_path_;
  std::unique_ptr<LocalExchange> exchange_;
};

constexpr std::array<double, 4> kPercentiles = {50, 90, 99, 99.9};

double Microseconds(std::int64_t ns) { return static_cast<double>(ns) / 1'000; }

std::string Row(const std::string& name, const Histogram& histogram) {
  std::string row = fmt::format("{:<34}", name);
  for (const double percent : kPercentiles) {
    row += fmt::format("{:>10.1f}", Microseconds(histogram.Percentile(percent)));
  }
  return row + fmt::format("{:>11.1f}\n", Microseconds(histogram.Max()));
}

std::string JsonOf(const Histogram& histogram) {
  return fmt::format(
      R"({{"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p999":{:.1f},"max":{:.1f},"count":{}}})",
      Microseconds(histogram.Percentile(50)), Microseconds(histogram.Percentile(90)),
      Microseconds(histogram.Percentile(99)), Microseconds(histogram.Percentile(99.9)),
      Microseconds(histogram.Max()), histogram.count());
}

void PrintTable(const Histogram& fdatasync_ns, const std::vector<RateFigures>& all) {
  std::string text = fmt::format("{:<34}{:>10}{:>10}{:>10}{:>10}{:>11}\n", "microseconds", "p50",
                                 "p90", "p99", "p99.9", "max");
  text += Row("bare pwrite + fdatasync", fdatasync_ns);
  for (const auto& [rate, figures] : all) {
    text += Row(fmt::format("{:.0f} orders/s: round trip", rate), figures.round_trip_ns);
    text += Row("   client to gateway", figures.to_gateway_ns);
    text += Row("   gateway to sequencer", figures.to_sequencer_ns);
    text += Row("   sequencer to matched (fsync)", figures.to_matched_ns);
    text += Row("   matched to sent", figures.to_sent_ns);
    text += Row("   sent to client", figures.to_client_ns);
    if (figures.rejects > 0) {
      text += fmt::format("   {} rejects\n", figures.rejects);
    }
  }
  std::fputs(text.c_str(), stdout);
}

void PrintJson(const Histogram& fdatasync_ns, const std::vector<RateFigures>& all) {
  std::string text = "{\"unit\":\"us\",\"fdatasync\":" + JsonOf(fdatasync_ns) + ",\"rates\":[";
  for (const auto& [rate, figures] : all) {
    text += fmt::format(
        R"({}{{"orders_per_second":{:.0f},"round_trip":{},"to_gateway":{},"to_sequencer":{},)"
        R"("to_matched":{},"to_sent":{},"to_client":{},"rejects":{}}})",
        text.ends_with('[') ? "" : ",", rate, JsonOf(figures.round_trip_ns),
        JsonOf(figures.to_gateway_ns), JsonOf(figures.to_sequencer_ns),
        JsonOf(figures.to_matched_ns), JsonOf(figures.to_sent_ns), JsonOf(figures.to_client_ns),
        figures.rejects);
  }
  std::fputs((text + "]}\n").c_str(), stdout);
}

Status Measure(const SbeBenchArguments& arguments) {
  // Without this the kernel may wake us 50 µs late.
  prctl(PR_SET_TIMERSLACK, 1);
  Target target;
  if (Status status = target.Open(arguments); !status.ok()) {
    return status;
  }
  Histogram fdatasync_ns;
  if (Status status = ProbeFdatasync(target.directory(), fdatasync_ns); !status.ok()) {
    return status;
  }
  std::vector<RateFigures> all;
  for (const double rate : arguments.rates) {
    auto client = target.Connect();
    if (!client) {
      return client.error();
    }
    auto figures = RunOpenLoop(**client, kSymbol, rate, arguments.seconds);
    if (!figures) {
      return figures.error();
    }
    all.push_back({rate, std::move(*figures)});
  }
  // Once more, so that a disk that changes its pace during the run shows on both sides.
  if (Status status = ProbeFdatasync(target.directory(), fdatasync_ns); !status.ok()) {
    return status;
  }
  arguments.json ? PrintJson(fdatasync_ns, all) : PrintTable(fdatasync_ns, all);
  return Status::Ok();
}

}  // namespace

void AddSbeBench(CLI::App& bench, int& exit_code) {
  CLI::App& sbe = *bench.add_subcommand(
      "sbe", "Round trips of orders through the binary gateway, fsync included");
  auto arguments = std::make_shared<SbeBenchArguments>();
  sbe.add_option("--sbe", arguments->sbe_address,
                 "Gateway of a running --dev exchange; default: one of our own is started");
  sbe.add_option("--keys", arguments->keys_path, "Its keys file")->needs("--sbe");
  sbe.add_option("--dir", arguments->directory,
                 "Where our own exchange and the fdatasync probe write; default: the system's "
                 "temporary directory");
  sbe.add_option("--rates", arguments->rates, "Orders per second, one run each")->delimiter(',');
  sbe.add_option("--seconds", arguments->seconds, "Of each run")->capture_default_str();
  sbe.add_flag("--json", arguments->json, "One JSON object instead of a table");
  sbe.callback([arguments, &exit_code] {
    if (Status status = Measure(*arguments); !status.ok()) {
      std::fprintf(stderr, "bench sbe: %s\n", status.message().c_str());
      exit_code = 1;
    }
  });
}

}  // namespace lockstep
