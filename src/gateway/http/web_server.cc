#include "gateway/http/web_server.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <utility>
#include <vector>

#include "base/status.h"
#include "gateway/http/route_table.h"
#include "gateway/http/web_counters.h"
#include "gateway/http/web_server_impl.h"

namespace lockstep {

WebServer::WebServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WebServer::~WebServer() = default;

Result<std::unique_ptr<WebServer>> WebServer::Start(const WebServerOptions& options,
                                                    const WebServices& services,
                                                    std::vector<WebRoute> routes) {
  auto impl = std::make_unique<Impl>(options, services, std::move(routes));
  if (Status status = impl->Listen(); !status.ok()) {
    return std::unexpected(status);
  }
  impl->Run();
  return std::unique_ptr<WebServer>(new WebServer(std::move(impl)));
}

void WebServer::SetServing(bool serving) { impl_->SetServing(serving); }
std::uint16_t WebServer::port() const { return impl_->port(); }
const WebCounters& WebServer::counters() const { return impl_->counters(); }

}  // namespace lockstep
