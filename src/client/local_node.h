// One node of a cluster as a child process, and what it prints, stamped as it arrives.
//
// Threads: one at a time; `on_line` is called by a thread of this object, which ends with the
// child. The child never outlives this object: the destructor kills it if it still runs; nor the
// thread that started it, however that ends.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/status.h"

namespace lockstep {

class LocalNode {
 public:
  // Standard output and standard error alike, without the line's end.
  using OnLine = std::function<void(std::int64_t arrived_ns, std::string_view line)>;

  // Runs `executable node --dev --config PATH`. kIoError: it could not be
  // started; one that cannot be executed ends with code 127.
  [[nodiscard]] static Result<std::unique_ptr<LocalNode>> Start(const std::string& executable,
                                                                const std::string& config_path,
                                                                OnLine on_line);
  ~LocalNode();
  LocalNode(const LocalNode&) = delete;
  LocalNode& operator=(const LocalNode&) = delete;

  // SIGSTOP and SIGCONT.
  void Pause();
  void Resume();
  // SIGTERM; AwaitEnd waits for what comes of it.
  void AskToEnd() const;
  // The exit code, 128 + the signal that ended it, or kUnavailable when it still runs after
  // `timeout_ms`.
  [[nodiscard]] Result<int> AwaitEnd(std::int64_t timeout_ms);
  // SIGKILL, then waits until it is gone. Nothing when it has ended already.
  void Kill();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  // False once its output has ended: nothing of it runs any more.
  [[nodiscard]] bool is_running() const { return !output_ended_.load(std::memory_order_acquire); }

 private:
  LocalNode(pid_t pid, int output, OnLine on_line);
  void ReadOutput() const;

  pid_t pid_;
  int output_;  // read end of a pipe
  OnLine on_line_;
  bool is_paused_ = false;
  int exit_code_ = -1;
  std::atomic<bool> output_ended_{false};
  std::thread reader_;
};

}  // namespace lockstep
