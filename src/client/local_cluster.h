// A cluster of nodes on this machine, each a child process, for tests and measurements.
//
// Shape: a directory with the settings, data and the shared keys of all nodes; ports of 127.0.0.1
// that were free when it was made, below those that the system gives to clients; Aeron's buffers in
// /dev/shm, removed at the end. Who leads is known from what the nodes print; all of that is in
// the directory's output.log.
//
// Threads: one at a time; Leader, AwaitLeader and Lines any. The nodes never outlive this object.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "client/local_node.h"

namespace lockstep {

struct LocalClusterOptions {
  std::string executable;
  std::string directory;  // made when missing; not removed
  int members = 3;
  std::string cluster_settings;  // further lines of [cluster]
  std::string more_settings;     // further sections
};

struct NodeLine {
  std::int64_t arrived_ns = 0;  // monotonic
  int member = 0;
  std::string text;
};

class LocalCluster {
 public:
  // Writes the settings; starts nothing. kIoError; kUnavailable: no free ports.
  [[nodiscard]] static Result<std::unique_ptr<LocalCluster>> Make(LocalClusterOptions options);
  ~LocalCluster();
  LocalCluster(const LocalCluster&) = delete;
  LocalCluster& operator=(const LocalCluster&) = delete;

  // From its next start on, a node runs this instead of options.executable.
  void SetExecutable(int member, std::string executable);
  // Starts a node and does not wait. Requires that it does not run.
  [[nodiscard]] Status Start(int member);
  // Waits for its ready line. kUnavailable: the time passed; kIoError: it ended, with what it said.
  [[nodiscard]] Status AwaitReady(int member, std::int64_t timeout_ms = 60'000);
  // Starts those that do not run, waits until all are ready and agree who leads.
  [[nodiscard]] Status StartAll(std::int64_t timeout_ms = 60'000);

  void Kill(int member);
  void Pause(int member);
  void Resume(int member);
  void AskToEnd(int member) const;
  // AskToEnd, then the exit code.
  [[nodiscard]] Result<int> Terminate(int member, std::int64_t timeout_ms = 60'000);

  // Waits until it has ended by itself: its exit code.
  [[nodiscard]] Result<int> AwaitEnd(int member, std::int64_t timeout_ms = 60'000);

  [[nodiscard]] int size() const { return options_.members; }
  // Started and neither killed nor ended.
  [[nodiscard]] bool IsRunning(int member) const;
  // The node that last said that it takes commands, and since then nothing else; not one that is
  // paused.
  [[nodiscard]] std::optional<int> Leader() const;
  // … other than `not_this`.
  [[nodiscard]] Result<int> AwaitLeader(std::int64_t timeout_ms = 60'000, int not_this = -1) const;
  // Waits until all that run follow the one that takes commands, in its term.
  [[nodiscard]] Status AwaitAgreement(std::int64_t timeout_ms = 60'000) const;
  // All that was printed since the first `from` lines.
  [[nodiscard]] std::vector<NodeLine> Lines(std::size_t from = 0) const;
  [[nodiscard]] std::size_t LineCount() const;
  // The newest lines as a text, for messages of failure.
  [[nodiscard]] std::string Tail(std::size_t lines = 40) const;

  [[nodiscard]] const std::string& sbe_address(int member) const;
  [[nodiscard]] const std::string& http_address(int member) const;
  [[nodiscard]] std::vector<std::string> sbe_addresses() const;
  [[nodiscard]] std::string data_directory(int member) const;
  [[nodiscard]] std::string keys_path() const { return options_.directory + "/keys/dev-keys.json"; }

 private:
  struct Member {
    std::uint16_t base_port = 0;
    std::string sbe;
    std::string http;
    std::string driver_directory;
    std::string executable;  // empty: that of the options
    std::unique_ptr<LocalNode> node;
    // Of its lines, under mutex_.
    bool is_ready = false;
    bool takes_commands = false;
    std::int64_t term = -1;
    int follows = -1;  // who leads, as it last said
    bool is_paused = false;
  };

  explicit LocalCluster(LocalClusterOptions options) : options_(std::move(options)) {}
  [[nodiscard]] Status ChoosePorts();
  [[nodiscard]] Status WriteSettings(int member) const;
  void TakeLine(int member, std::int64_t arrived_ns, std::string_view line);
  void Forget(int member);
  [[nodiscard]] std::optional<int> LeaderLocked() const;
  [[nodiscard]] Member& At(int member) { return members_[static_cast<std::size_t>(member)]; }
  [[nodiscard]] const Member& At(int member) const {
    return members_[static_cast<std::size_t>(member)];
  }
  [[nodiscard]] std::string SettingsPath(int member) const;

  LocalClusterOptions options_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Member> members_;
  std::vector<NodeLine> lines_;
  std::ofstream output_;
};

}  // namespace lockstep
