// `lockstep bench sbe`: round trips of orders through the binary gateway of a real exchange
// process, fsync included, beside the bare fdatasync of the same directory in the same run.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddSbeBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
