// Writes the seed corpus: write_fuzz_seeds DIR makes DIR/frame_parser and DIR/session, a file for
// each sample message, alone and behind a logon.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "protocol/frame.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {
namespace {

// Operations of session_fuzz.cc.
constexpr char kLogon = 1;
constexpr char kFramed = 2;
constexpr char kEngine = 3;
constexpr char kEmit = 4;
constexpr char kRead = 6;

std::string Step(char operation, const std::string& data) {
  return std::string{operation, static_cast<char>(data.size())} + data;
}

void Write(const std::filesystem::path& folder, const std::string& name, const std::string& data) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary | std::ios::trunc) << data;
}

void WriteSeeds(const std::filesystem::path& folder) {
  std::vector<SampleMessage> samples = SampleCommands();
  const std::vector<SampleMessage> session = SampleSessionMessages();
  samples.insert(samples.end(), session.begin(), session.end());
  const std::string logged_on = Step(kEmit, "12345") + Step(kLogon, std::string{2, 1, 1}) +
                                Step(kEngine, "") + Step(kRead, std::string(64, 'r'));
  std::string all;
  std::string all_steps;
  for (const SampleMessage& sample : samples) {
    const std::string message(reinterpret_cast<const char*>(sample.bytes.data()),
                              sample.bytes.size());
    std::string frame(kFrameHeaderBytes, '\0');
    WriteFrameHeader(reinterpret_cast<std::byte*>(frame.data()), message.size());
    frame += message;
    all += frame;
    all_steps += Step(kFramed, message) + Step(kEngine, "");
    Write(folder / "frame_parser", sample.name, "\x05" + frame);
    Write(folder / "session", sample.name, Step(kFramed, message));
    Write(folder / "session", sample.name + "_logged_on",
          logged_on + Step(kFramed, message) + Step(kEngine, "") + Step(kRead, "0123456789"));
  }
  Write(folder / "frame_parser", "all", "\x03" + all);
  Write(folder / "session", "all", logged_on + all_steps);
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_fuzz_seeds DIR\n");
    return 2;
  }
  try {
    lockstep::WriteSeeds(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_fuzz_seeds: %s\n", error.what());
    return 1;
  }
  return 0;
}
