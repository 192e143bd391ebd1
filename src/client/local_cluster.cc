#include "client/local_cluster.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/posix_file.h"
#include "base/status.h"
#include "client/local_node.h"

namespace lockstep {
namespace {

constexpr int kMemberPorts = 6;  // UDP, for the other members
constexpr int kPortsPerMember = 10;
constexpr std::uint16_t kHttpOffset = 6;
constexpr std::uint16_t kSbeOffset = 7;
// Below what the system gives to clients, so that nobody takes one while its node is down.
constexpr int kFirstPort = 10'000;
constexpr int kLastPort = 31'000;

bool IsFree(int port, int type) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return false;
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(fd);
  return free;
}

bool AreFree(int first) {
  for (int offset = 0; offset < kMemberPorts; ++offset) {
    if (!IsFree(first + offset, SOCK_DGRAM)) {
      return false;
    }
  }
  return IsFree(first + kHttpOffset, SOCK_STREAM) && IsFree(first + kSbeOffset, SOCK_STREAM);
}

// The number behind `word` in a line.
std::int64_t NumberBehind(std::string_view line, std::string_view word, std::int64_t otherwise) {
  const std::size_t at = line.rfind(word);
  if (at == std::string_view::npos) {
    return otherwise;
  }
  std::int64_t value = otherwise;
  std::from_chars(line.data() + at + word.size(), line.data() + line.size(), value);
  return value;
}

std::string TextOf(const NodeLine& line) {
  return std::to_string(line.arrived_ns / 1'000'000) + " ms, node " + std::to_string(line.member) +
         ": " + line.text + "\n";
}

}  // namespace

Result<std::unique_ptr<LocalCluster>> LocalCluster::Make(LocalClusterOptions options) {
  std::unique_ptr<LocalCluster> cluster(new LocalCluster(std::move(options)));
  Status status = MakeDirectories(cluster->options_.directory);
  if (status.ok()) {
    status = cluster->ChoosePorts();
  }
  cluster->output_.open(cluster->options_.directory + "/output.log", std::ios::app);
  for (int member = 0; status.ok() && member < cluster->size(); ++member) {
    status = cluster->WriteSettings(member);
  }
  if (!status.ok()) {
    return std::unexpected(status);
  }
  return cluster;
}

LocalCluster::~LocalCluster() {
  for (Member& member : members_) {
    member.node.reset();
    std::error_code ignored;
    std::filesystem::remove_all(member.driver_directory, ignored);
  }
}

Status LocalCluster::ChoosePorts() {
  constexpr int kTries = 1'000;
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> any(kFirstPort / kPortsPerMember, kLastPort / kPortsPerMember);
  members_.resize(static_cast<std::size_t>(options_.members));
  std::vector<int> taken;
  for (int tries = 0; tries < kTries && taken.size() < members_.size(); ++tries) {
    const int first = any(random) * kPortsPerMember;
    if (std::ranges::find(taken, first) != taken.end() || !AreFree(first)) {
      continue;
    }
    Member& member = members_[taken.size()];
    member.base_port = static_cast<std::uint16_t>(first);
    member.http = "127.0.0.1:" + std::to_string(first + kHttpOffset);
    member.sbe = "127.0.0.1:" + std::to_string(first + kSbeOffset);
    member.driver_directory =
        "/dev/shm/lockstep-local-" + std::to_string(getpid()) + "-" + std::to_string(first);
    taken.push_back(first);
  }
  return taken.size() == members_.size()
             ? Status::Ok()
             : Status(StatusCode::kUnavailable, "there are no free ports on 127.0.0.1");
}

std::string LocalCluster::SettingsPath(int member) const {
  return options_.directory + "/node" + std::to_string(member) + ".toml";
}

std::string LocalCluster::data_directory(int member) const {
  return options_.directory + "/node" + std::to_string(member);
}

Status LocalCluster::WriteSettings(int member) const {
  const Member& own = At(member);
  std::ofstream file(SettingsPath(member));
  file << "[exchange]\nlisten = \"" << own.http << "\"\nsbe = \"" << own.sbe << "\"\ndata = \""
       << data_directory(member) << "\"\nkeys = \"" << options_.directory << "/keys\"\n\n"
       << "[cluster]\nmember = " << member << "\ndriver_directory = \"" << own.driver_directory
       << "\"\n"
       << options_.cluster_settings << "\n";
  for (int id = 0; id < size(); ++id) {
    const Member& one = At(id);
    file << "\n[[cluster.members]]\nid = " << id
         << "\nhost = \"127.0.0.1\"\nport = " << one.base_port << "\nrest = \"" << one.http
         << "\"\nsbe = \"" << one.sbe << "\"\n";
  }
  file << "\n" << options_.more_settings;
  file.flush();
  return file.good() ? Status::Ok()
                     : Status(StatusCode::kIoError, SettingsPath(member) + ": not written");
}

// ---- processes ----

void LocalCluster::SetExecutable(int member, std::string executable) {
  At(member).executable = std::move(executable);
}

Status LocalCluster::Start(int member) {
  Forget(member);
  const std::string& own = At(member).executable;
  auto node = LocalNode::Start(own.empty() ? options_.executable : own, SettingsPath(member),
                               [this, member](std::int64_t arrived_ns, std::string_view line) {
                                 TakeLine(member, arrived_ns, line);
                               });
  if (!node) {
    return node.error();
  }
  const std::scoped_lock lock(mutex_);
  At(member).node = std::move(*node);
  return Status::Ok();
}

Status LocalCluster::AwaitReady(int member, std::int64_t timeout_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  std::unique_lock lock(mutex_);
  while (!At(member).is_ready) {
    // The end of its output is no line: it is looked for now and then.
    changed_.wait_for(lock, std::chrono::milliseconds(20));
    const bool ended = At(member).node == nullptr || !At(member).node->is_running();
    if (At(member).is_ready) {
      break;
    }
    if (ended || std::chrono::steady_clock::now() > deadline) {
      lock.unlock();
      return {ended ? StatusCode::kIoError : StatusCode::kUnavailable,
              "node " + std::to_string(member) +
                  (ended ? " ended before it was ready\n" : " was not ready in time\n") + Tail()};
    }
  }
  return Status::Ok();
}

Status LocalCluster::StartAll(std::int64_t timeout_ms) {
  for (int member = 0; member < size(); ++member) {
    if (!IsRunning(member)) {
      if (Status status = Start(member); !status.ok()) {
        return status;
      }
    }
  }
  for (int member = 0; member < size(); ++member) {
    if (Status status = AwaitReady(member, timeout_ms); !status.ok()) {
      return status;
    }
  }
  return AwaitAgreement(timeout_ms);
}

Status LocalCluster::AwaitAgreement(std::int64_t timeout_ms) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  std::unique_lock lock(mutex_);
  const auto agreed = [this] {
    const auto leader = LeaderLocked();
    return leader && std::ranges::all_of(members_, [&](const Member& member) {
             return member.node == nullptr || !member.node->is_running() || member.is_paused ||
                    (member.follows == *leader && member.term == At(*leader).term);
           });
  };
  if (changed_.wait_until(lock, deadline, agreed)) {
    return Status::Ok();
  }
  lock.unlock();
  return {StatusCode::kUnavailable, "the nodes do not agree who leads\n" + Tail()};
}

void LocalCluster::Kill(int member) {
  if (At(member).node != nullptr) {
    At(member).node->Kill();
  }
  Forget(member);
}

// Only when the last line of the old process is in, what it said of itself can be forgotten.
void LocalCluster::Forget(int member) {
  std::unique_ptr<LocalNode> ended;
  {
    const std::scoped_lock lock(mutex_);
    ended = std::move(At(member).node);
  }
  ended.reset();
  const std::scoped_lock lock(mutex_);
  Member& one = At(member);
  one.is_ready = false;
  one.takes_commands = false;
  one.is_paused = false;
  one.term = -1;
  one.follows = -1;
}

void LocalCluster::Pause(int member) {
  At(member).node->Pause();
  const std::scoped_lock lock(mutex_);
  At(member).is_paused = true;
}

void LocalCluster::Resume(int member) {
  {
    // It says anew whether it leads, or it does not.
    const std::scoped_lock lock(mutex_);
    At(member).is_paused = false;
  }
  At(member).node->Resume();
}

void LocalCluster::AskToEnd(int member) const { At(member).node->AskToEnd(); }

Result<int> LocalCluster::Terminate(int member, std::int64_t timeout_ms) {
  AskToEnd(member);
  return AwaitEnd(member, timeout_ms);
}

Result<int> LocalCluster::AwaitEnd(int member, std::int64_t timeout_ms) {
  auto code = At(member).node->AwaitEnd(timeout_ms);
  if (code) {
    Forget(member);
  }
  return code;
}

bool LocalCluster::IsRunning(int member) const {
  const auto& node = At(member).node;
  return node != nullptr && node->pid() > 0 && node->is_running();
}

// ---- what they print ----

void LocalCluster::TakeLine(int member, std::int64_t arrived_ns, std::string_view line) {
  {
    const std::scoped_lock lock(mutex_);
    lines_.push_back({.arrived_ns = arrived_ns, .member = member, .text = std::string(line)});
    output_ << TextOf(lines_.back()) << std::flush;
    Member& one = At(member);
    if (line.starts_with("ready ")) {
      one.is_ready = true;
    } else if (line.contains(" takes commands")) {
      one.takes_commands = true;
    } else if (line.contains(" leads at position ") || line.contains(": no leader is known")) {
      one.takes_commands = false;
      one.follows = line.contains(" leads at position ")
                        ? static_cast<int>(NumberBehind(line, ": member ", -1))
                        : -1;
      one.term = NumberBehind(line, ", term ", one.term);
    }
  }
  changed_.notify_all();
}

std::optional<int> LocalCluster::LeaderLocked() const {
  std::optional<int> leader;
  for (int member = 0; member < size(); ++member) {
    const Member& one = At(member);
    const bool lives = one.node != nullptr && one.node->is_running() && !one.is_paused;
    if (one.takes_commands && lives && (!leader || one.term > At(*leader).term)) {
      leader = member;
    }
  }
  return leader;
}

std::optional<int> LocalCluster::Leader() const {
  const std::scoped_lock lock(mutex_);
  return LeaderLocked();
}

Result<int> LocalCluster::AwaitLeader(std::int64_t timeout_ms, int not_this) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  std::unique_lock lock(mutex_);
  const auto is_there = [&] {
    const auto leader = LeaderLocked();
    return leader && *leader != not_this;
  };
  if (changed_.wait_until(lock, deadline, is_there)) {
    return *LeaderLocked();
  }
  lock.unlock();
  return Error(StatusCode::kUnavailable, "no node takes commands\n" + Tail());
}

std::vector<NodeLine> LocalCluster::Lines(std::size_t from) const {
  const std::scoped_lock lock(mutex_);
  from = std::min(from, lines_.size());
  return {lines_.begin() + static_cast<std::ptrdiff_t>(from), lines_.end()};
}

std::size_t LocalCluster::LineCount() const {
  const std::scoped_lock lock(mutex_);
  return lines_.size();
}

std::string LocalCluster::Tail(std::size_t lines) const {
  const std::size_t count = LineCount();
  std::string text;
  for (const NodeLine& line : Lines(count - std::min(count, lines))) {
    text += TextOf(line);
  }
  return text;
}

const std::string& LocalCluster::sbe_address(int member) const { return At(member).sbe; }

const std::string& LocalCluster::http_address(int member) const { return At(member).http; }

std::vector<std::string> LocalCluster::sbe_addresses() const {
  std::vector<std::string> addresses;
  addresses.reserve(members_.size());
  for (const Member& member : members_) {
    addresses.push_back(member.sbe);
  }
  return addresses;
}

}  // namespace lockstep
