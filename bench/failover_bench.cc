#include "bench/failover_bench.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "bench/failover_load.h"
#include "bench/failover_report.h"
#include "bench/stall_probe.h"
#include "client/credentials.h"
#include "client/local_cluster.h"

namespace lockstep {
namespace {

constexpr int kMembers = 3;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kStallNs = 20 * kNsPerMs;
constexpr std::int64_t kTimeoutNs = 60'000 * kNsPerMs;

struct FailoverArguments {
  std::string directory;
  int runs = 10;
  double rate = 1'000;
  int settle_ms = 2'000;
  bool json = false;
};

void Sleep(std::int64_t ns) {
  const timespec pause = {ns / 1'000'000'000, ns % 1'000'000'000};
  nanosleep(&pause, nullptr);
}

class FailoverBench {
 public:
  explicit FailoverBench(const FailoverArguments& arguments) : arguments_(arguments) {}
  ~FailoverBench() {
    depth_.reset();
    load_.reset();
    cluster_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  FailoverBench(const FailoverBench&) = delete;
  FailoverBench& operator=(const FailoverBench&) = delete;

  Status Run() {
    if (Status status = Prepare(); !status.ok()) {
      return status;
    }
    for (int run = 0; run < arguments_.runs; ++run) {
      auto done = KillLeaderOnce();
      if (!done) {
        return done.error();
      }
      if (!arguments_.json) {
        std::fputs(RunLine(run, *done).c_str(), stdout);
        std::fflush(stdout);
      }
      runs_.push_back(*done);
    }
    const FailoverSetting setting = {.rate = arguments_.rate,
                                     .answered = load_->answered(),
                                     .rejected = load_->rejected(),
                                     .unknown = load_->unknown()};
    std::fputs((arguments_.json ? ReportJson(setting, runs_) : ReportText(setting, runs_)).c_str(),
               stdout);
    return Status::Ok();
  }

 private:
  Status Prepare() {
    directory_ = arguments_.directory.empty() ? std::filesystem::temp_directory_path().string()
                                              : arguments_.directory;
    directory_ += "/lockstep-failover-" + std::to_string(getpid());
    std::error_code error;
    const auto executable = std::filesystem::read_symlink("/proc/self/exe", error).string();
    auto cluster = LocalCluster::Make({.executable = executable,
                                       .directory = directory_,
                                       .members = kMembers,
                                       .cluster_settings = {},
                                       .more_settings = {}});
    if (!cluster) {
      return cluster.error();
    }
    cluster_ = std::move(*cluster);
    if (Status started = cluster_->StartAll(); !started.ok()) {
      return started;
    }
    const auto keys = ReadKeysFile(cluster_->keys_path());
    if (!keys) {
      return keys.error();
    }
    keys_ = *keys;
    load_ = std::make_unique<FailoverLoad>(cluster_->sbe_addresses(), keys_.maker, arguments_.rate);
    return Status::Ok();
  }

  static bool Await(const std::function<bool()>& condition) {
    const SystemClock clock;
    const std::int64_t deadline_ns = clock.MonotonicNs() + kTimeoutNs;
    while (!condition()) {
      if (clock.MonotonicNs() > deadline_ns) {
        return false;
      }
      Sleep(kNsPerMs);
    }
    return true;
  }

  [[nodiscard]] Status TimedOut(const std::string& what) const {
    return {StatusCode::kUnavailable, what + "\n" + cluster_->Tail()};
  }

  // A second of undisturbed load, then the kill; the node is back at the end.
  Result<FailoverRun> KillLeaderOnce() {
    Sleep(arguments_.settle_ms * kNsPerMs);
    const auto leader = cluster_->AwaitLeader();
    if (!leader) {
      return std::unexpected(leader.error());
    }
    const int observed = (*leader + 1 + static_cast<int>(runs_.size() % 2)) % kMembers;
    auto depth = DepthListener::Start(cluster_->sbe_address(observed), keys_.taker);
    if (!depth) {
      return std::unexpected(depth.error());
    }
    depth_ = std::move(*depth);
    const std::uint64_t before = load_->answered();
    if (!Await([&] {
          return load_->answered() > before + static_cast<std::uint64_t>(arguments_.rate / 2) &&
                 depth_->messages() > 0;
        })) {
      return std::unexpected(TimedOut("the load does not run"));
    }
    if (cluster_->Leader() != leader.value()) {
      return KillLeaderOnce();  // a busy machine elects another one of its own accord
    }
    const std::size_t first_line = cluster_->LineCount();
    const std::int64_t killed_ns = clock_.MonotonicNs();
    depth_->Arm();
    cluster_->Kill(*leader);
    load_->Arm();  // it is gone by now: only another one can answer
    if (!Await([&] { return load_->first_answer_ns() != 0; })) {
      return std::unexpected(TimedOut("nobody answers after the kill"));
    }
    // The observer's silence may end a little later.
    Sleep(200 * kNsPerMs);
    const std::int64_t answered_ns = load_->first_answer_ns();
    FailoverRun run = PhasesOf(cluster_->Lines(first_line), *leader, killed_ns);
    run.killed = *leader;
    run.observed = observed;
    run.answered_ns = answered_ns - killed_ns;
    run.market_data_gap_ns = depth_->longest_silence_ns();
    run.market_data_in_sequence = !depth_->has_gap();
    for (const auto& stall : probe_.Between(killed_ns, answered_ns)) {
      run.longest_stall_ns = std::max(run.longest_stall_ns, stall.to_ns - stall.from_ns);
    }
    depth_.reset();
    if (Status status = BringBack(*leader); !status.ok()) {
      return std::unexpected(status);
    }
    return run;
  }

  // Until it follows somebody.
  Status BringBack(int member) {
    const std::size_t first_line = cluster_->LineCount();
    if (Status status = cluster_->Start(member); !status.ok()) {
      return status;
    }
    const bool back = Await([&] {
      return std::ranges::any_of(cluster_->Lines(first_line), [member](const NodeLine& line) {
        return line.member == member && line.text.contains(" leads at position ");
      });
    });
    return back ? Status::Ok() : TimedOut("the killed node does not come back");
  }

  const FailoverArguments& arguments_;
  SystemClock clock_;
  StallProbe probe_{kStallNs};
  std::string directory_;
  std::unique_ptr<LocalCluster> cluster_;
  KeysFile keys_;
  std::unique_ptr<FailoverLoad> load_;
  std::unique_ptr<DepthListener> depth_;
  std::vector<FailoverRun> runs_;
};

}  // namespace

void AddFailoverBench(CLI::App& bench, int& exit_code) {
  CLI::App& failover = *bench.add_subcommand(
      "failover", "Time without orders and market data when a cluster's leader is killed");
  auto arguments = std::make_shared<FailoverArguments>();
  failover.add_option("--runs", arguments->runs, "Kills, one after the other")
      ->capture_default_str();
  failover.add_option("--rate", arguments->rate, "Orders per second")->capture_default_str();
  failover.add_option("--settle-ms", arguments->settle_ms, "From a node's return to the next kill")
      ->capture_default_str();
  failover.add_option("--dir", arguments->directory,
                      "Where the nodes write; default: the system's temporary directory");
  failover.add_flag("--json", arguments->json, "One JSON object instead of tables");
  failover.callback([arguments, &exit_code] {
    FailoverBench run(*arguments);
    if (Status status = run.Run(); !status.ok()) {
      std::fprintf(stderr, "bench failover: %s\n", status.message().c_str());
      exit_code = 1;
    }
  });
}

}  // namespace lockstep
