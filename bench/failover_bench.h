// lockstep bench failover: how long orders and market data stand still when the leader of a cluster
// of three nodes on this machine is killed (SIGKILL) under a steady load.
#pragma once

namespace CLI {
class App;
}

namespace lockstep {

void AddFailoverBench(CLI::App& bench, int& exit_code);

}  // namespace lockstep
