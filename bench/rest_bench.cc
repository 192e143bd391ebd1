#include "bench/rest_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/posix_file.h"
#include "base/status.h"
#include "bench/external_load.h"
#include "bench/signed_orders.h"
#include "client/credentials.h"
#include "client/local_exchange.h"

namespace lockstep {
namespace {

// More requests a second than this are not prepared.
constexpr std::uint64_t kMostPerSecond = 250'000;

struct RestBenchArguments {
  std::string directory;
  int connections = 64;
  int seconds = 5;
  int runs = 3;
  bool json = false;
};

// A directory that goes when this goes.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Pair {
  WrkFigures nginx;
  WrkFigures exchange;
};

Result<std::vector<Pair>> Measure(const RestBenchArguments& arguments, const std::string& scratch) {
  const std::string config = scratch + "/exchange.toml";
  std::ofstream(config) << "[limits]\nweight_per_minute = 0\nrequests_per_5_minutes = 0\n"
                           "orders_per_10_seconds = 0\norders_per_day = 0\n";
  auto exchange = LocalExchange::Start("/proc/self/exe", scratch + "/data", {"--config", config});
  if (!exchange) {
    return std::unexpected(exchange.error());
  }
  const auto keys = ReadKeysFile((*exchange)->keys_path());
  if (!keys) {
    return std::unexpected(keys.error());
  }
  auto nginx = Nginx::Start(scratch);
  if (!nginx) {
    return std::unexpected(nginx.error());
  }
  SignedOrders orders((*exchange)->http_address(), *keys);
  const std::string requests = scratch + "/requests";
  std::vector<Pair> pairs;
  // The first run only warms up: memory that has never been touched, files that grow.
  for (int run = 0; run <= arguments.runs; ++run) {
    const auto count = kMostPerSecond * static_cast<std::uint64_t>(arguments.seconds);
    if (Status status = orders.Write(requests, count); !status.ok()) {
      return std::unexpected(status);
    }
    // The same requests to both, so that they cost the load's own core the same.
    WrkLoad load;
    load.connections = arguments.connections;
    load.seconds = arguments.seconds;
    load.requests_path = requests;
    load.request_bytes = orders.request_bytes();
    load.url = (*nginx)->url();
    const auto reference = RunWrk(load, scratch);
    if (!reference) {
      return std::unexpected(reference.error());
    }
    load.url = "http://" + (*exchange)->http_address() + "/";
    const auto measured = RunWrk(load, scratch);
    if (!measured) {
      return std::unexpected(measured.error());
    }
    if (measured->refused != 0 || measured->socket_errors != 0) {
      return Error(StatusCode::kIoError,
                   fmt::format("of {} orders {} were refused, and {} sockets failed",
                               measured->requests, measured->refused, measured->socket_errors));
    }
    if (run != 0) {
      pairs.push_back({.nginx = *reference, .exchange = *measured});
    }
  }
  return pairs;
}

double MedianRatio(const std::vector<Pair>& pairs) {
  std::vector<double> ratios;
  ratios.reserve(pairs.size());
  for (const Pair& pair : pairs) {
    ratios.push_back(pair.exchange.requests_per_second / pair.nginx.requests_per_second);
  }
  std::ranges::sort(ratios);
  return ratios[ratios.size() / 2];
}

void PrintTable(const RestBenchArguments& arguments, const std::vector<Pair>& pairs) {
  fmt::print("wrk -t1 -c{} -d{}s, keep-alive; orders: signed, distinct, accepted, sync always\n",
             arguments.connections, arguments.seconds);
  fmt::print("{:<22}{:>12}{:>10}{:>10}{:>10}\n", "", "requests/s", "p50 us", "p90 us", "p99 us");
  const auto row = [](const char* name, const WrkFigures& figures) {
    fmt::print("{:<22}{:>12.0f}{:>10.0f}{:>10.0f}{:>10.0f}\n", name, figures.requests_per_second,
               figures.p50_us, figures.p90_us, figures.p99_us);
  };
  for (const Pair& pair : pairs) {
    row("nginx, return 204", pair.nginx);
    row("orders over REST", pair.exchange);
  }
  fmt::print("median of the ratios: {:.2f} (aim: at least 0.50)\n", MedianRatio(pairs));
}

void PrintJson(const RestBenchArguments& arguments, const std::vector<Pair>& pairs) {
  const auto object = [](const WrkFigures& figures) {
    return fmt::format(
        R"({{"requests_per_second":{:.0f},"requests":{},"p50":{:.0f},"p90":{:.0f},"p99":{:.0f}}})",
        figures.requests_per_second, figures.requests, figures.p50_us, figures.p90_us,
        figures.p99_us);
  };
  std::string runs;
  for (const Pair& pair : pairs) {
    runs += fmt::format(R"({}{{"nginx":{},"exchange":{}}})", runs.empty() ? "" : ",",
                        object(pair.nginx), object(pair.exchange));
  }
  fmt::print(R"({{"bench":"rest","unit":"us","connections":{},"seconds":{},"ratio":{:.3f},)"
             R"("runs":[{}]}})"
             "\n",
             arguments.connections, arguments.seconds, MedianRatio(pairs), runs);
}

Status Run(const RestBenchArguments& arguments) {
  const std::string parent = arguments.directory.empty()
                                 ? std::filesystem::temp_directory_path().string()
                                 : arguments.directory;
  const Scratch scratch(parent + "/lockstep-bench-rest-" + std::to_string(getpid()));
  if (Status status = MakeDirectories(scratch.path()); !status.ok()) {
    return status;
  }
  const auto pairs = Measure(arguments, scratch.path());
  if (!pairs) {
    return pairs.error();
  }
  if (arguments.json) {
    PrintJson(arguments, *pairs);
  } else {
    PrintTable(arguments, *pairs);
  }
  return Status::Ok();
}

}  // namespace

void AddRestBench(CLI::App& bench, int& exit_code) {
  CLI::App& rest = *bench.add_subcommand(
      "rest", "Signed orders a second over REST, sync on, beside nginx under the same load");
  auto arguments = std::make_shared<RestBenchArguments>();
  rest.add_option("--dir", arguments->directory, "Where log and requests go while it runs");
  rest.add_option("--connections", arguments->connections, "Kept alive")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  rest.add_option("--seconds", arguments->seconds, "Of each run")
      ->check(CLI::Range(1, 50))
      ->capture_default_str();
  rest.add_option("--runs", arguments->runs, "Of each of the two, in turn")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  rest.add_flag("--json", arguments->json, "One JSON object instead of a table");
  rest.callback([arguments, &exit_code] {
    if (Status status = Run(*arguments); !status.ok()) {
      std::fprintf(stderr, "bench rest: %s\n", status.message().c_str());
      exit_code = 1;
    }
  });
}

}  // namespace lockstep
