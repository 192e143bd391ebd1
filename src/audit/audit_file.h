// The file of the audit log: durable appends, reading back by number, and what a crash left.
//
// Opening checks every line. Bytes behind the last good line that a crash can leave (no newline
// among them, or zeros, where the disk had not got them) are moved to `<path>.torn-<offset>` and
// the file is cut. Anything else that does not check is kCorruption and nothing is changed: the
// file may be evidence.
//
// Half-failure: lines that could not be written whole are cut off again, so a failed Append leaves
// the file as it was. After a failed fdatasync or cut nobody knows what the disk holds: every later
// Append fails until the file is opened again. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_chain.h"
#include "base/posix_file.h"
#include "base/status.h"

namespace lockstep {

struct AuditScan {
  AuditLink last;               // of the last good line
  std::int64_t good_bytes = 0;  // up to and with its newline
  std::int64_t torn_bytes = 0;  // behind it, as a crash leaves them
};

// Checks the lines of an audit log without changing it; calls `on_line(line, offset)` for each good
// one. kNotFound, kIoError; kCorruption names the line.
Result<AuditScan> ScanAuditFile(const std::string& path,
                                const std::function<void(std::string_view, std::int64_t)>& on_line);

class AuditFile {
 public:
  // Creates the file when there is none. kIoError, kCorruption.
  static Result<AuditFile> Open(const std::string& path);

  // Appends whole lines, the last of which is `last`, and makes them durable. `reserve_bytes`: room
  // for so much more must be on the disk as well, so that what is owed next cannot meet a full one.
  // kIoError: nothing was appended.
  [[nodiscard]] Status Append(std::string_view lines, const AuditLink& last,
                              std::int64_t reserve_bytes);

  // Up to `limit` lines from number `from` on.
  [[nodiscard]] Result<std::vector<std::string>> Read(std::uint64_t from, std::size_t limit) const;

  [[nodiscard]] const AuditLink& last() const { return last_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // What had to be set aside at Open, in words; empty: nothing.
  [[nodiscard]] const std::string& torn_tail() const { return torn_tail_; }

 private:
  AuditFile(std::string path, FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  [[nodiscard]] Status SetTailAside(const AuditScan& scan);
  [[nodiscard]] Status Reserve(std::int64_t end);
  void Index(std::uint64_t number, std::int64_t offset);

  // Every so many lines the place of one is remembered.
  static constexpr std::uint64_t kIndexEvery = 64;

  std::string path_;
  FileDescriptor fd_;
  AuditLink last_;
  std::int64_t bytes_ = 0;
  std::int64_t reserved_bytes_ = 0;
  std::vector<std::int64_t> index_;  // [i]: offset of line i * kIndexEvery + 1
  std::string torn_tail_;
  Status unusable_;
};

}  // namespace lockstep
