// The terminal while a program draws on all of it: own screen, no echo, keys one by one. The
// destructor gives it back as it was.
//
// Ctrl-C still raises SIGINT. Threads: one; one object at a time.
#pragma once

#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

class Terminal {
 public:
  // Requires that standard input and output are terminals (IsOne).
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] static bool IsOne();

  // 24 when the terminal does not say.
  [[nodiscard]] static std::size_t Rows();

  // Draws from the top left corner; what does not fit is left out.
  void Draw(const std::vector<std::string>& lines) const;

  // A key that waits; nothing when there is none.
  [[nodiscard]] std::optional<char> ReadKey() const;

 private:
  static void Write(const std::string& bytes);

  termios before_{};
};

}  // namespace lockstep
