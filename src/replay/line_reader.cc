#include "replay/line_reader.h"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace lockstep {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;

gzFile Handle(void* file) { return static_cast<gzFile>(file); }

}  // namespace

LineReader::LineReader(std::string path, void* file, std::uint64_t file_bytes)
    : path_(std::move(path)), file_(file), file_bytes_(file_bytes), buffer_(kBufferBytes) {}

LineReader::~LineReader() { gzclose(Handle(file_)); }

Result<std::unique_ptr<LineReader>> LineReader::Open(const std::string& path) {
  struct stat info{};
  gzFile file = stat(path.c_str(), &info) == 0 ? gzopen(path.c_str(), "rb") : nullptr;
  if (file == nullptr) {
    return Error(StatusCode::kIoError, "cannot open " + path);
  }
  return std::unique_ptr<LineReader>(
      new LineReader(path, file, static_cast<std::uint64_t>(info.st_size)));
}

Result<bool> LineReader::Next(std::string_view& line) {
  for (;;) {
    const auto* found =
        static_cast<const char*>(std::memchr(buffer_.data() + begin_, '\n', end_ - begin_));
    if (found != nullptr || (at_end_ && begin_ < end_)) {
      const std::size_t stop =
          found != nullptr ? static_cast<std::size_t>(found - buffer_.data()) : end_;
      line = {buffer_.data() + begin_, stop - begin_};
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      begin_ = std::min(stop + 1, end_);
      ++line_number_;
      return true;
    }
    if (at_end_) {
      return false;
    }
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == buffer_.size()) {
      return std::unexpected(LineError("the line is too long"));
    }
    const int count =
        gzread(Handle(file_), buffer_.data() + end_, static_cast<unsigned>(buffer_.size() - end_));
    int code = Z_OK;
    const char* text = gzerror(Handle(file_), &code);
    if (count < 0 || (code != Z_OK && code != Z_STREAM_END)) {
      return std::unexpected(LineError(std::string("cannot be decompressed: ") + text));
    }
    end_ += static_cast<std::size_t>(count);
    at_end_ = count == 0;
  }
}

double LineReader::Progress() const {
  const auto offset = static_cast<double>(gzoffset(Handle(file_)));
  return file_bytes_ == 0 ? 1.0 : std::min(1.0, offset / static_cast<double>(file_bytes_));
}

Status LineReader::LineError(std::string_view what) const {
  return {StatusCode::kCorruption,
          path_ + ":" + std::to_string(line_number_) + ": " + std::string(what)};
}

std::string_view TakeField(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view field = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return field;
}

bool ParseInteger(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

bool ParseUnsignedDecimal(std::string_view text, int scale, std::int64_t& value) {
  const std::string_view whole = TakeField(text, '.');
  while (text.ends_with('0')) {
    text.remove_suffix(1);
  }
  // 17 digits in all stay far below int64.
  if (whole.empty() || text.size() > static_cast<std::size_t>(scale) ||
      whole.size() + static_cast<std::size_t>(scale) > 17) {
    return false;
  }
  std::string digits(whole);
  digits.append(text).append(static_cast<std::size_t>(scale) - text.size(), '0');
  return ParseInteger(digits, value);
}

}  // namespace lockstep
