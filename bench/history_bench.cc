#include "bench/history_bench.h"

#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/event_ring.h"
#include "bench/order_stream.h"
#include "history/history_recorder.h"

namespace lockstep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kRingBytes = std::size_t{64} << 20U;
constexpr std::size_t kBacklogBytes = std::size_t{8} << 20U;

struct Arguments {
  std::uint64_t orders = 1'000'000;
  int orders_per_entry = 10;
  double rate = 40'000;
  double seconds = 10;
  int questions = 2'000;
  std::string directory;
  bool json = false;
};

struct StoreFigures {
  double orders_per_second = 0;
  double cpu_ns_per_order = 0;  // of all of history's threads, compaction too
  double cores = 0;
};

struct QuestionFigures {
  std::string name;
  double p50_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

double CpuSeconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// What all threads but this one have used.
double OthersCpuSeconds() {
  return CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - CpuSeconds(CLOCK_THREAD_CPUTIME_ID);
}

void AwaitStored(const HistoryRecorder& recorder, std::int64_t position) {
  while (recorder.stored_position() < position) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// `rate` 0: as fast as history takes it from memory.
StoreFigures Store(HistoryRecorder& recorder, OrderStream& stream, const Arguments& arguments,
                   std::uint64_t orders, double rate) {
  const double cpu_before = OthersCpuSeconds();
  const auto started = Clock::now();
  for (std::uint64_t done = 0; done < orders;
       done += static_cast<std::uint64_t>(arguments.orders_per_entry)) {
    stream.WriteEntry(arguments.orders_per_entry);
    if (rate > 0) {
      std::this_thread::sleep_until(
          started + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(done) / rate)));
    } else {
      while (recorder.GetSummary().backlog_bytes > kBacklogBytes) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  }
  AwaitStored(recorder, stream.position());
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  const double cpu = OthersCpuSeconds() - cpu_before;
  const auto count = static_cast<double>(orders);
  return {.orders_per_second = count / seconds,
          .cpu_ns_per_order = cpu * 1e9 / count,
          .cores = cpu / seconds};
}

QuestionFigures Ask(HistoryRecorder& recorder, std::string name, int count,
                    const std::function<void(const HistoryView&, std::uint64_t)>& question) {
  std::vector<double> times_us;
  std::uint64_t random = 1;
  for (int i = 0; i < count; ++i) {
    random = random * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    std::promise<void> done;
    auto answered = done.get_future();
    const auto started = Clock::now();
    recorder.Ask(0, [&](const HistoryView& view) {
      question(view, random >> 20U);
      done.set_value();
    });
    answered.wait();
    times_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - started).count());
  }
  std::ranges::sort(times_us);
  return {.name = std::move(name),
          .p50_us = times_us[times_us.size() / 2],
          .p99_us = times_us[times_us.size() * 99 / 100],
          .max_us = times_us.back()};
}

std::vector<QuestionFigures> AskAll(HistoryRecorder& recorder, const OrderStream& stream,
                                    const Arguments& arguments) {
  const auto account = [](std::uint64_t random) {
    return AccountId(1 + random % OrderStream::kAccounts);
  };
  const auto time_ns = [&](std::uint64_t random) {
    const auto span = static_cast<std::uint64_t>(stream.now_ns() - OrderStream::kFirstNs);
    return OrderStream::kFirstNs + static_cast<std::int64_t>(random % span);
  };
  const SymbolId symbol(1);
  const auto since = [&](std::uint64_t random) {
    HistoryRange range;
    range.start_ns = time_ns(random);
    return range;
  };
  std::vector<QuestionFigures> figures;
  const auto add = [&](const char* name, auto question) {
    figures.push_back(Ask(recorder, name, arguments.questions, question));
  };
  add("nothing", [](const HistoryView&, std::uint64_t) {});
  add("order by id", [&](const HistoryView& view, std::uint64_t random) {
    (void)view.Order(account(random), symbol, OrderId(1 + random % (arguments.orders / 2)));
  });
  add("order by client id", [&](const HistoryView& view, std::uint64_t random) {
    const std::uint64_t id = 1 + random % (arguments.orders / 2);
    (void)view.OrderByClientId(account(random), symbol,
                               fmt::format("web_{:016x}", id * 0x9e37'79b9'7f4a'7c15U));
  });
  add("newest 500 orders", [&](const HistoryView& view, std::uint64_t random) {
    (void)view.Orders(account(random), symbol, {});
  });
  add("500 orders since", [&](const HistoryView& view, std::uint64_t random) {
    (void)view.Orders(account(random), symbol, since(random));
  });
  add("open orders", [&](const HistoryView& view, std::uint64_t random) {
    (void)view.OpenOrders(account(random), std::nullopt);
  });
  add("newest 500 fills", [&](const HistoryView& view, std::uint64_t random) {
    (void)view.Fills(account(random), symbol, std::nullopt, {});
  });
  add("500 trades since", [&](const HistoryView& view, std::uint64_t random) {
    (void)view.Trades(symbol, since(random));
  });
  add("500 candles of 1s", [&](const HistoryView& view, std::uint64_t) {
    (void)view.Candles(symbol, CandleInterval::k1s, {}, stream.now_ns());
  });
  return figures;
}

void Print(const Arguments& arguments, const StoreFigures& flood, const StoreFigures& paced,
           const std::vector<QuestionFigures>& questions) {
  if (arguments.json) {
    std::string rows;
    for (const QuestionFigures& row : questions) {
      rows +=
          fmt::format(R"({}{{"question":"{}","p50_us":{:.1f},"p99_us":{:.1f},"max_us":{:.1f}}})",
                      rows.empty() ? "" : ",", row.name, row.p50_us, row.p99_us, row.max_us);
    }
    fmt::print(
        R"({{"bench":"history","orders":{},"flood_orders_per_second":{:.0f},)"
        R"("flood_cpu_ns_per_order":{:.0f},"paced_rate":{:.0f},"paced_cpu_ns_per_order":{:.0f},)"
        R"("paced_cores":{:.3f},"questions":[{}]}})"
        "\n",
        arguments.orders, flood.orders_per_second, flood.cpu_ns_per_order, paced.orders_per_second,
        paced.cpu_ns_per_order, paced.cores, rows);
    return;
  }
  fmt::print("{:<22} {:>12} {:>16} {:>8}\n", "storing", "orders/s", "cpu ns/order", "cores");
  for (const auto& [name, figures] :
       {std::pair("as fast as it goes", flood), std::pair("at a steady rate", paced)}) {
    fmt::print("{:<22} {:>12.0f} {:>16.0f} {:>8.2f}\n", name, figures.orders_per_second,
               figures.cpu_ns_per_order, figures.cores);
  }
  fmt::print("\n{:<22} {:>10} {:>10} {:>10}\n", "question, us", "p50", "p99", "max");
  for (const QuestionFigures& row : questions) {
    fmt::print("{:<22} {:>10.1f} {:>10.1f} {:>10.1f}\n", row.name, row.p50_us, row.p99_us,
               row.max_us);
  }
}

int RunHistoryBench(const Arguments& arguments) {
  std::string directory = arguments.directory + "/lockstep-history-bench-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) {
    fmt::print(stderr, "{}: cannot make a directory in it\n", arguments.directory);
    return 1;
  }
  int exit_code = 1;
  {
    EventRing ring(kRingBytes, INT64_MAX, [] {});
    HistoryOptions options;
    options.directory = directory;
    auto recorder = HistoryRecorder::Open(options, ring.Attach());
    if (recorder) {
      (*recorder)->Start();
      OrderStream stream(ring);
      const StoreFigures flood = Store(**recorder, stream, arguments, arguments.orders, 0);
      const auto questions = AskAll(**recorder, stream, arguments);
      const StoreFigures paced =
          Store(**recorder, stream, arguments,
                static_cast<std::uint64_t>(arguments.rate * arguments.seconds), arguments.rate);
      Print(arguments, flood, paced, questions);
      exit_code = 0;
    } else {
      fmt::print(stderr, "{}\n", recorder.error().message());
    }
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return exit_code;
}

}  // namespace

void AddHistoryBench(CLI::App& bench, int& exit_code) {
  CLI::App& command = *bench.add_subcommand("history", "Storing orders, and asking for them");
  auto arguments = std::make_shared<Arguments>();
  arguments->directory = std::filesystem::temp_directory_path().string();
  command.add_option("--orders", arguments->orders, "Orders stored before the questions")
      ->check(CLI::Range(10'000, 1'000'000'000))
      ->capture_default_str();
  command.add_option("--per-entry", arguments->orders_per_entry, "Orders in one log entry")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command.add_option("--rate", arguments->rate, "Orders a second of the steady rate")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--seconds", arguments->seconds, "How long the steady rate lasts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--questions", arguments->questions, "Questions of each kind")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--dir", arguments->directory, "Where the database is made")
      ->capture_default_str();
  command.add_flag("--json", arguments->json, "One JSON object instead of a table");
  command.callback([arguments, &exit_code] { exit_code = RunHistoryBench(*arguments); });
}

}  // namespace lockstep
