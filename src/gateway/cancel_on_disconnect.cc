#include "gateway/cancel_on_disconnect.h"

namespace lockstep {

std::size_t CancelOnDisconnect::Retry(std::int64_t received_ns) {
  std::size_t sent = 0;
  while (!waiting_.empty()) {
    const auto first = waiting_.begin();
    if (!ingress_.SubmitDisconnectCancel({first->second, first->first}, received_ns)) {
      break;
    }
    waiting_.erase(first);
    ++sent;
  }
  return sent;
}

}  // namespace lockstep
