// REST: from an HTTP request to a call of the core, and back.
//
// Threads: the trading loop alone.
#pragma once

#include <memory>

#include "gateway/binance/api_core.h"
#include "gateway/http/web_handler.h"

namespace lockstep {

class RestHandler final : public HttpHandler {
 public:
  explicit RestHandler(ApiCore& core) : core_(core) {}

  void Handle(const HttpRequest& request, std::shared_ptr<HttpResponder> responder) override;

 private:
  ApiCore& core_;
};

}  // namespace lockstep
