// lockstep bench journal: latency of the journal under open-loop load beside a bare fdatasync,
// throughput with batching, and snapshots of a full engine.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddJournalBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
