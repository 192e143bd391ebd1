#include "gateway/binance/user_streams.h"

#include <utility>

#include "gateway/binance/user_event_json.h"
#include "protocol/entry.h"
#include "protocol/json_writer.h"

namespace lockstep {
namespace {

constexpr std::size_t kUsualEventBytes = 768;

}  // namespace

UserStream::UserStream(SessionId session, Identity identity, const Target& target,
                       const GatewayState& state, EgressPublisher& egress,
                       GatewayCounters& counters)
    : session_(session),
      identity_(std::move(identity)),
      target_(target),
      state_(state),
      egress_(egress),
      counters_(counters) {
  egress_.Register(session_, *this);
  egress_.Join(session_, identity_.account);
  Count(counters_.sessions_open);
}

UserStream::~UserStream() {
  egress_.Remove(session_);
  counters_.sessions_open.fetch_sub(1, std::memory_order_relaxed);
}

template <class Write>
void UserStream::Send(Write&& write) {
  if (target_.channel == nullptr) {
    return;
  }
  std::string text;
  text.reserve(kUsualEventBytes);
  JsonWriter json(text, target_.microseconds);
  json.BeginObject();
  json.Field("subscriptionId", target_.subscription_id);
  json.Key("event");
  write(json);
  json.EndObject();
  Count(counters_.private_events_sent);
  target_.channel->SendText(std::move(text));
}

void UserStream::SendTerminated() {
  Send([&](JsonWriter& json) { WriteStreamTerminated(json, state_.clock.WallNs()); });
}

void UserStream::OnPrivateEvent(const PrivateEvent& event) {
  if (event.account != identity_.account) {
    return;
  }
  if (event.template_id == sbe::ExecutionReport::sbeTemplateId()) {
    auto report = Decode<sbe::ExecutionReport>(event.message());
    OnReport(report);
  } else if (event.template_id == sbe::BalanceUpdate::sbeTemplateId()) {
    auto update = Decode<sbe::BalanceUpdate>(event.message());
    OnBalanceUpdate(update);
  }
}

void UserStream::OnReport(sbe::ExecutionReport& report) {
  const SymbolInfo* const symbol = state_.reference.FindSymbol(SymbolId(report.header().symbol()));
  if (symbol == nullptr) {
    return;
  }
  changed_[symbol->base.id] = {report.baseFree(), report.baseLocked()};
  changed_[symbol->quote.id] = {report.quoteFree(), report.quoteLocked()};
  changed_at_ns_ = report.header().timestampNs();
  Send([&](JsonWriter& json) {
    WriteExecutionReport(json, report, *symbol, state_.reference, state_.clock.WallNs());
  });
}

void UserStream::OnBalanceUpdate(sbe::BalanceUpdate& update) {
  const AssetInfo* const asset = state_.reference.FindAsset(AssetId(update.asset()));
  if (asset == nullptr) {
    return;
  }
  changed_[asset->id] = {update.free(), update.locked()};
  changed_at_ns_ = update.header().timestampNs();
  Send([&](JsonWriter& json) {
    json.BeginObject();
    json.Field("e", "balanceUpdate");
    json.TimeField("E", state_.clock.WallNs());
    json.Field("a", asset->name);
    json.DecimalField("d", update.change(), asset->scale);
    json.TimeField("T", changed_at_ns_);
    json.EndObject();
  });
}

void UserStream::FlushEvents() {
  const auto changed = std::exchange(changed_, {});
  if (changed.empty()) {
    return;
  }
  Send([&](JsonWriter& json) {
    json.BeginObject();
    json.Field("e", "outboundAccountPosition");
    json.TimeField("E", state_.clock.WallNs());
    json.TimeField("u", changed_at_ns_);
    json.Key("B");
    json.BeginArray();
    for (const auto& [id, balance] : changed) {
      if (const AssetInfo* const asset = state_.reference.FindAsset(id)) {
        json.BeginObject();
        json.Field("a", asset->name);
        json.DecimalField("f", balance.free, asset->scale);
        json.DecimalField("l", balance.locked, asset->scale);
        json.EndObject();
      }
    }
    json.EndArray();
    json.EndObject();
  });
}

std::unique_ptr<UserStream> UserStreams::Open(const Identity& identity,
                                              const UserStream::Target& target) {
  return std::make_unique<UserStream>(SessionId(next_session_++), identity, target, state_, egress_,
                                      counters_);
}

void UserStreams::Close(std::unique_ptr<UserStream> stream) {
  stream->Detach();
  closing_.push_back(std::move(stream));
  trading_.Post([this] { closing_.clear(); });
}

}  // namespace lockstep
