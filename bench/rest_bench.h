// `lockstep bench rest`: signed, distinct orders over REST into a real exchange process with sync
// on, beside nginx that answers 204, both under the same `wrk -t1 -c64`, in turn.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddRestBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
