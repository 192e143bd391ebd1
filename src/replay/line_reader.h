// Lines of a text file, gzip-compressed or plain, read as a stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace lockstep {

class LineReader {
 public:
  // kIoError when it cannot be opened.
  [[nodiscard]] static Result<std::unique_ptr<LineReader>> Open(const std::string& path);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line without its end, valid until the next call; false at the end. kCorruption: broken
  // gzip, or a line longer than the buffer of 1 MiB.
  [[nodiscard]] Result<bool> Next(std::string_view& line);

  [[nodiscard]] std::uint64_t line_number() const { return line_number_; }
  [[nodiscard]] double Progress() const;
  // "path:line: what", for errors about the line read last.
  [[nodiscard]] Status LineError(std::string_view what) const;

 private:
  LineReader(std::string path, void* file, std::uint64_t file_bytes);

  std::string path_;
  void* file_;  // zlib's gzFile
  std::uint64_t file_bytes_;
  std::uint64_t line_number_ = 0;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
};

// Splits off what stands before the next `separator`; the whole rest when there is none.
std::string_view TakeField(std::string_view& rest, char separator);

// A whole non-negative decimal integer; false when it is not one.
[[nodiscard]] bool ParseInteger(std::string_view text, std::int64_t& value);

// A non-negative decimal such as 236.47 as a multiple of 10^-scale; false when it is not one or has
// more digits than that.
[[nodiscard]] bool ParseUnsignedDecimal(std::string_view text, int scale, std::int64_t& value);

}  // namespace lockstep
