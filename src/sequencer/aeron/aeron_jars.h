// Where the two jars of the Aeron sequencer are: beside the executable that runs.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

// lockstep-aeron.jar and aeron-all.jar; whether they are there, JavaMachine::Create says.
[[nodiscard]] std::vector<std::string> AeronJars();

}  // namespace lockstep
