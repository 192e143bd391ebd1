// `lockstep bench history`: what it costs to store orders and fills, and how long questions take.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddHistoryBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
