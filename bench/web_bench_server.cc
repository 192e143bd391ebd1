#include "bench/web_bench_server.h"

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "gateway/http/route_table.h"
#include "gateway/http/web_handler.h"
#include "gateway/http/web_server.h"
#include "market_data/feed.h"
#include "market_data/stream_feed.h"

namespace lockstep {

void BenchFeed::SubscribeStream(SubscriberId subscriber, StreamSink& sink, std::string name) {
  const std::lock_guard lock(mutex_);
  sink_ = &sink;
  name_ = std::move(name);
  subscribers_.push_back(subscriber);
}

void BenchFeed::ForgetStreams(SubscriberId subscriber, StreamSink&) {
  const std::lock_guard lock(mutex_);
  std::erase(subscribers_, subscriber);
}

void BenchFeed::Ask(MarketQuery, std::function<void(std::string)> answer) { answer("{}"); }

void BenchFeed::Publish(std::string payload) {
  const std::lock_guard lock(mutex_);
  if (sink_ != nullptr) {
    sink_->DeliverStream(subscribers_,
                         std::make_shared<const StreamMessage>(name_, std::move(payload)));
  }
}

std::size_t BenchFeed::subscribers() const {
  const std::lock_guard lock(mutex_);
  return subscribers_.size();
}

void WebBenchServer::EmptyAnswer::Handle(const HttpRequest&,
                                         std::shared_ptr<HttpResponder> responder) {
  responder->Send({.body = "{}"});
}

Result<std::unique_ptr<WebBenchServer>> WebBenchServer::Start() {
  std::unique_ptr<WebBenchServer> bench(new WebBenchServer());
  auto server = WebServer::Start(
      {.port = 0},
      {.clock = bench->clock_,
       .trading = bench->trading_,
       .stream = bench->stream_,
       .metrics = bench->metrics_,
       .trouble = [] { return std::optional<std::string>(); }},
      {{.path = "/api", .http = &bench->handler_},
       {.path = "/ws", .websocket = &bench->sessions_, .websocket_loop = WebLoopName::kStream}});
  if (!server) {
    return std::unexpected(server.error());
  }
  bench->server_ = std::move(*server);
  bench->server_->SetServing(true);
  bench->trading_.Start();
  bench->stream_.Start();
  return bench;
}

WebBenchServer::~WebBenchServer() {
  trading_.Stop();
  stream_.Stop();
  server_.reset();
}

}  // namespace lockstep
