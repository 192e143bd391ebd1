// Asks the other nodes for their status, a few times a second, each on a thread of its own: one
// that does not answer holds up nobody.
//
// Threads: any, except that Start and Stop are the owner's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "cluster/node_status.h"

namespace lockstep {

class PeerWatcher {
 public:
  // `peers`: the other nodes. `clock` outlives the watcher.
  PeerWatcher(const std::vector<MemberAddresses>& peers, const Clock& clock);
  ~PeerWatcher() { Stop(); }
  PeerWatcher(const PeerWatcher&) = delete;
  PeerWatcher& operator=(const PeerWatcher&) = delete;

  void Start();
  void Stop();

  // Of those that have answered within `max_age_ns`.
  [[nodiscard]] std::vector<NodeStatus> Fresh(std::int64_t max_age_ns) const;

 private:
  struct Peer {
    MemberAddresses addresses;
    std::optional<NodeStatus> last;
    std::int64_t heard_ns = 0;  // monotonic
    std::thread thread;
  };
  void Watch(Peer& peer);
  // False: Stop has been called.
  bool Pause();

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<Peer> peers_;
};

}  // namespace lockstep
