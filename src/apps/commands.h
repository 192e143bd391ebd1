// The subcommands of `lockstep`, one function each: adds the subcommand to `root`; when it is
// chosen on the command line, it runs during parsing and stores in `exit_code` what the process
// returns (0 done, 1 failed, 2 bad input). `exit_code` outlives `root`.
#pragma once

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep {

void AddAdminCommand(CLI::App& root, int& exit_code);
void AddBenchCommand(CLI::App& root, int& exit_code);
void AddBotsCommand(CLI::App& root, int& exit_code);
void AddClusterCommand(CLI::App& root, int& exit_code);
void AddExchangeCommand(CLI::App& root, int& exit_code);
void AddNodeCommand(CLI::App& root, int& exit_code);
void AddInspectCommand(CLI::App& root, int& exit_code);
void AddReplayCommand(CLI::App& root, int& exit_code);
void AddTopCommand(CLI::App& root, int& exit_code);

}  // namespace lockstep
