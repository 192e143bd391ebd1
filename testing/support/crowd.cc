#include "testing/support/crowd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace lockstep::testing_support {

Crowd::Crowd(std::uint16_t port, int count, const std::string& kind) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  const std::string script = LOCKSTEP_SOURCE_DIR "/testing/support/crowd.py";
  const std::string port_text = std::to_string(port);
  const std::string count_text = std::to_string(count);
  process_ = fork();
  if (process_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execlp("python3", "python3", script.c_str(), port_text.c_str(), count_text.c_str(),
           kind.c_str(), nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = fdopen(out[0], "r");
  EXPECT_EQ(ReadLine(), "open " + count_text);
}

Crowd::~Crowd() {
  close(to_);
  std::fclose(from_);
  waitpid(process_, nullptr, 0);
}

std::string Crowd::ReadLine() {
  std::array<char, 256> line{};
  if (std::fgets(line.data(), line.size(), from_) == nullptr) {
    return "crowd.py has ended";
  }
  std::string text(line.data());
  text.pop_back();
  return text;
}

int Crowd::Ask(const std::string& question) {
  EXPECT_EQ(write(to_, question.data(), question.size()), static_cast<ssize_t>(question.size()));
  const std::string answer = ReadLine();
  return answer.empty() || answer[0] < '0' || answer[0] > '9' ? -1 : std::stoi(answer);
}

std::int64_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t size = 0;
  std::int64_t resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace lockstep::testing_support
