// How functions that can fail for outside reasons (disk, peer, user) say so. No exceptions on any
// running path.
//
// Status: a code and a sentence for a person. Result<T>: a T or a Status. Both must be looked at
// ([[nodiscard]]).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace lockstep {

enum class StatusCode : std::uint8_t {
  kOk = 0,
  kInvalidArgument,  // the caller or a file of settings is wrong
  kNotFound,
  kAlreadyExists,
  kCorruption,     // bytes on disk or wire are not what was written; names file and offset
  kIoError,        // the system call failed; names path and errno
  kUnavailable,    // not now: shutting down, not leader, back-pressured
  kUnimplemented,  // a version or feature this build does not know
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  static Status Ok() { return {}; }

  [[nodiscard]] bool ok() const { return code_ == StatusCode::kOk; }
  [[nodiscard]] StatusCode code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

template <class T>
using Result = std::expected<T, Status>;

// return Error(StatusCode::kNotFound, "...") from a function that returns Result<T>.
[[nodiscard]] inline std::unexpected<Status> Error(StatusCode code, std::string message) {
  return std::unexpected<Status>(Status(code, std::move(message)));
}

}  // namespace lockstep
