// The status line and header fields of an answer, as bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/http/web_handler.h"

namespace lockstep {

struct ResponseFraming {
  bool is_http_1_1 = true;
  bool keep_alive = true;
  bool any_origin = false;  // a page of any origin may read this answer
};

// Appends the head of `reply` to `head`, the empty line included. A field whose value holds a line
// end is left out: it could be taken for fields of ours.
void AppendResponseHead(std::string& head, const HttpReply& reply, const ResponseFraming& framing);

// The answers of the transport itself, in Binance's form of errors.
[[nodiscard]] HttpReply MakeErrorReply(unsigned status, int code, std::string_view text);

}  // namespace lockstep
