#include "sequencer/aeron/aeron_jars.h"

#include <filesystem>
#include <system_error>

namespace lockstep {

std::vector<std::string> AeronJars() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto directory = program.parent_path();
  return {(directory / "lockstep-aeron.jar").string(), (directory / "aeron-all.jar").string()};
}

}  // namespace lockstep
