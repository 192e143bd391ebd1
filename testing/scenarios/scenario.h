// Scenarios are text: a line for each command and each expected event, a sentence on top saying
// why.
//
//   # why this matters
//   use basic                        the commands of setup/basic.txt, none of which may be refused
//   limits orders=2 requests=1       pool sizes; before the first command
//   time 5000000000                  timestamp of the entries that follow, in ns (at first
//   1000000000) > new account=1 …                a command, as a log entry of its own & new
//   account=1 …                one more command of the same entry ? query account=1 kind=3 a query
//   reload                           audit and snapshot; goes on with the engine that loaded it
//   < report new order=1             the next expected event: only what is named is compared
// What a command is expected to cause is complete: not one event more or less.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "testing/support/machine.h"

namespace lockstep::testing {

// Told of every command and its events. `command` is empty for queries.
using ScenarioObserver = std::function<void(const Message& command, const Message& event)>;

// Plays the file on a machine made by the factory. kInvalidArgument: the file is wrong;
// kCorruption: the machine did something else; both name file and line. `directory` holds the
// folder setup/.
[[nodiscard]] Status PlayScenario(const std::string& directory, const std::string& file,
                                  const MachineFactory& factory,
                                  const ScenarioObserver& observer = {});

}  // namespace lockstep::testing
