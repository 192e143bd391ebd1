#include <CLI/CLI.hpp>

#include "apps/commands.h"
#include "bench/api_bench.h"
#include "bench/engine_bench.h"
#include "bench/failover_bench.h"
#include "bench/history_bench.h"
#include "bench/hmac_bench.h"
#include "bench/http_bench.h"
#include "bench/journal_bench.h"
#include "bench/market_data_bench.h"
#include "bench/rest_bench.h"
#include "bench/sbe_bench.h"
#include "bench/ws_bench.h"

namespace lockstep {

void AddBenchCommand(CLI::App& root, int& exit_code) {
  CLI::App& bench = *root.add_subcommand("bench", "Measure one part of Lockstep on this machine");
  bench.require_subcommand(1);
  AddApiBench(bench, exit_code);
  AddEngineBench(bench, exit_code);
  AddFailoverBench(bench, exit_code);
  AddHistoryBench(bench, exit_code);
  AddHmacBench(bench, exit_code);
  AddJournalBench(bench, exit_code);
  AddMarketDataBench(bench, exit_code);
  AddSbeBench(bench, exit_code);
  AddRestBench(bench, exit_code);
  AddHttpBench(bench, exit_code);
  AddWsBench(bench, exit_code);
}

}  // namespace lockstep
