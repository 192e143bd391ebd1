// `lockstep bench engine`: the whole engine (checks, ledger, books, request table, events, digest)
// on the standard flow.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddEngineBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
