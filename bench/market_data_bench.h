// `lockstep bench market-data`: how fast the events router folds and publishes what the engine
// writes.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddMarketDataBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
