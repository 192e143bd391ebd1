// The parameters of one request: a short list of names and values, whatever way they came.
//
// Shape: views into the request's own bytes; what had to be percent-decoded, or came out of JSON,
// lies in a buffer of the list. So the list is valid as long as the request is, and moving it keeps
// its views. Bounds: at most kMaxParameters.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/binance/api_error.h"

namespace lockstep {

struct Parameter {
  std::string_view name;
  std::string_view value;
  bool was_read = false;
};

class Parameters {
 public:
  // More than any endpoint takes.
  static constexpr std::size_t kMaxParameters = 64;

  Parameters() = default;
  Parameters(Parameters&&) noexcept = default;
  Parameters& operator=(Parameters&&) = default;
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  // Reads `a=1&b=%C3%A9`. Names that an earlier text has are left out, so that the query goes
  // before the body; a name twice in one text is an error (kDuplicateParameter). Others:
  // kIllegalEncoding (escapes, UTF-8), kTooManyParameters.
  [[nodiscard]] std::optional<ApiError> AddUrlEncoded(std::string_view text);

  // One of a JSON object, copied. False: it is there already, or there are too many.
  [[nodiscard]] bool AddCopy(std::string_view name, std::string_view value);

  // One that keeps its texts itself, with what has been read of it.
  [[nodiscard]] Parameters Copy() const;

  // Null: not sent.
  [[nodiscard]] Parameter* Find(std::string_view name);
  [[nodiscard]] bool Has(std::string_view name) const;

  [[nodiscard]] const std::vector<Parameter>& all() const { return list_; }
  [[nodiscard]] std::vector<Parameter>& all() { return list_; }

 private:
  // Decodes percent escapes and '+'. Nothing: not a valid escape, or not UTF-8.
  [[nodiscard]] std::optional<std::string_view> Decode(std::string_view text);

  std::vector<Parameter> list_;
  // Nodes, so that a string keeps its place when others come and when the list moves.
  std::list<std::string> buffers_;
};

}  // namespace lockstep
