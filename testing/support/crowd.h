// Ten thousand clients: a process of their own, since the server's half of the connections takes
// most of what one process may have open.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace lockstep::testing_support {

class Crowd {
 public:
  // Starts crowd.py; waits until all are connected. Fails the test when it cannot.
  Crowd(std::uint16_t port, int count, const std::string& kind);
  ~Crowd();  // ends all its connections
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  [[nodiscard]] int StillOpen() { return Ask("count\n"); }
  // How many WebSockets get a text within the next 20 s of silence.
  [[nodiscard]] int ReadOneEach() { return Ask("read\n"); }

 private:
  [[nodiscard]] std::string ReadLine();
  [[nodiscard]] int Ask(const std::string& question);

  int process_ = -1;
  int to_ = -1;
  std::FILE* from_ = nullptr;
};

// Of this process, in bytes.
[[nodiscard]] std::int64_t ResidentBytes();

}  // namespace lockstep::testing_support
