// `lockstep bench http`: requests a second through the HTTP port, and its server for other
// measuring programs.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddHttpBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
