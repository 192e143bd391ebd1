#include "cluster/peer_watcher.h"

#include <chrono>
#include <utility>

#include "base/thread_kind.h"
#include "client/rest_client.h"
#include "client/rest_request.h"

namespace lockstep {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(250);
constexpr std::int64_t kTimeoutMs = 1'000;

}  // namespace

PeerWatcher::PeerWatcher(const std::vector<MemberAddresses>& peers, const Clock& clock)
    : clock_(clock), peers_(peers.size()) {
  for (std::size_t i = 0; i < peers.size(); ++i) {
    peers_[i].addresses = peers[i];
  }
}

void PeerWatcher::Start() {
  for (Peer& peer : peers_) {
    peer.thread = std::thread([this, &peer] {
      DescribeThread("peer-watch", ThreadKind::kPatient);
      Watch(peer);
    });
  }
}

void PeerWatcher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (Peer& peer : peers_) {
    if (peer.thread.joinable()) {
      peer.thread.join();
    }
  }
}

bool PeerWatcher::Pause() {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, kInterval, [this] { return stopping_; });
}

void PeerWatcher::Watch(Peer& peer) {
  RestClient client(peer.addresses.rest);
  const RestRequest request = MakePublicRequest("/cluster/v1/status");
  do {
    const auto answer = client.Send(request, kTimeoutMs);
    if (!answer || answer->status != 200) {
      continue;
    }
    auto status = ParseNodeStatus(answer->body);
    if (status && status->member == peer.addresses.id) {
      const std::lock_guard lock(mutex_);
      peer.last = std::move(*status);
      peer.heard_ns = clock_.MonotonicNs();
    }
  } while (Pause());
}

std::vector<NodeStatus> PeerWatcher::Fresh(std::int64_t max_age_ns) const {
  const std::lock_guard lock(mutex_);
  const std::int64_t now_ns = clock_.MonotonicNs();
  std::vector<NodeStatus> fresh;
  for (const Peer& peer : peers_) {
    if (peer.last && now_ns - peer.heard_ns <= max_age_ns) {
      fresh.push_back(*peer.last);
    }
  }
  return fresh;
}

}  // namespace lockstep
