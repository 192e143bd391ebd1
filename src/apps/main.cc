#include <CLI/CLI.hpp>

#include "apps/commands.h"

int main(int argc, char** argv) {
  int exit_code = 0;
  CLI::App root("Lockstep: an exchange that matches in lockstep", "lockstep");
  root.require_subcommand(1);
  root.set_version_flag("--version", "lockstep 0.1.0");
  lockstep::AddAdminCommand(root, exit_code);
  lockstep::AddBenchCommand(root, exit_code);
  lockstep::AddClusterCommand(root, exit_code);
  lockstep::AddExchangeCommand(root, exit_code);
  lockstep::AddNodeCommand(root, exit_code);
  lockstep::AddBotsCommand(root, exit_code);
  lockstep::AddInspectCommand(root, exit_code);
  lockstep::AddReplayCommand(root, exit_code);
  lockstep::AddTopCommand(root, exit_code);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = root.exit(error);
    return code == 0 ? 0 : 2;
  }
  return exit_code;
}
