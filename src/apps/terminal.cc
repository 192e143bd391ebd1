#include "apps/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace lockstep {
namespace {

// Another screen, no cursor, no wrapping of long lines.
constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr const char* kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr const char* kHome = "\x1b[H";
constexpr const char* kClearLine = "\x1b[K";
constexpr const char* kClearBelow = "\x1b[J";

}  // namespace

bool Terminal::IsOne() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

Terminal::Terminal() {
  tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 0;  // a read never waits
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  Write(kEnter);
}

Terminal::~Terminal() {
  Write(kLeave);
  tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

void Terminal::Write(const std::string& bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = write(STDOUT_FILENO, bytes.data() + written, bytes.size() - written);
    if (count <= 0) {
      return;  // the terminal has gone; the next signal ends the program
    }
    written += static_cast<std::size_t>(count);
  }
}

std::size_t Terminal::Rows() {
  winsize size{};
  constexpr std::size_t kUsual = 24;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : kUsual;
}

void Terminal::Draw(const std::vector<std::string>& lines) const {
  const std::size_t rows = std::min(lines.size(), Rows());
  std::string frame = kHome;
  for (std::size_t i = 0; i < rows; ++i) {
    frame += lines[i];
    frame += kClearLine;
    // A line feed on the last row would scroll.
    frame += i + 1 < rows ? "\r\n" : "";
  }
  Write(frame + kClearBelow);
}

std::optional<char> Terminal::ReadKey() const {
  char key = 0;
  return read(STDIN_FILENO, &key, 1) == 1 ? std::optional<char>(key) : std::nullopt;
}

}  // namespace lockstep
