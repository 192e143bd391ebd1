#include "gateway/sbe/sbe_server.h"

#include <utility>

#include "gateway/sbe/sbe_server_impl.h"

namespace lockstep {

SbeServer::SbeServer(const SbeServerConfig& config, const Clock& clock, const KeyStore& keys,
                     IngressRing& commands, IngressRing& queries, EventRing::Reader& reader,
                     MarketDataFeed* market_data, AuditLog* audit, ClusterMembership* cluster)
    : impl_(std::make_unique<Impl>(config, clock, keys, commands, queries, reader, market_data,
                                   *this, audit, cluster)) {}

SbeServer::~SbeServer() { impl_->Stop(); }

void SbeServer::Start() { impl_->Start(); }

Status SbeServer::Listen() { return impl_->Listen(); }

std::uint16_t SbeServer::port() const { return impl_->port(); }

void SbeServer::SetRefusal(GatewayRefusal refusal, const std::string& text) {
  impl_->SetRefusal(refusal, text);
}

void SbeServer::AnnounceLeader(std::int32_t member) { impl_->AnnounceLeader(member); }

bool SbeServer::Drain(std::int64_t timeout_ns) { return impl_->Drain(timeout_ns); }

void SbeServer::Stop() { impl_->Stop(); }

void SbeServer::Deliver(std::span<const SubscriberId> subscribers,
                        std::shared_ptr<const std::vector<std::byte>> framed_messages) {
  impl_->Deliver(subscribers, std::move(framed_messages));
}

const GatewayCounters& SbeServer::counters() const { return impl_->counters(); }

const ClusterCounters& SbeServer::cluster_counters() const { return impl_->cluster_counters(); }

}  // namespace lockstep
