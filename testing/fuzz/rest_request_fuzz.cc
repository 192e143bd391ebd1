// The parser of query strings and bodies, and the cutter of signatures. Input: query, then a zero
// byte, then body. Checked: what is cut and what is left make up the input; names are unique and
// values valid; a request read through all typed readers ends in values or one error.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "gateway/binance/order_request.h"
#include "gateway/binance/parameter_reader.h"
#include "gateway/binance/parameters.h"
#include "gateway/binance/signed_text.h"
#include "protocol/reference_data.h"

namespace lockstep {
namespace {

void CheckCut(std::string_view query, std::string_view body) {
  const SignedText text = FindSignedText(query, body);
  std::size_t left = 0;
  for (const std::string_view part : text.parts) {
    left += part.size();
  }
  const std::size_t all = query.size() + body.size();
  LOCKSTEP_ASSERT(left <= all);
  LOCKSTEP_ASSERT(text.signature.empty() || left + text.signature.size() < all);
  LOCKSTEP_ASSERT(!text.signature.empty() || left == all || left + 10 <= all);
}

void ReadAll(Parameters& parameters) {
  const ReferenceData reference;
  ParameterReader reader(parameters, reference);
  static_cast<void>(reader.Integer("orderId"));
  static_cast<void>(reader.TimeNs("timestamp"));
  static_cast<void>(reader.Decimal("price", 2, "PRICE_FILTER"));
  static_cast<void>(reader.ClientOrderId("newClientOrderId"));
  static_cast<void>(reader.Boolean("omitZeroBalances"));
  static_cast<void>(reader.Limit("limit", 1, 2));
  static_cast<void>(reader.Symbols());
  static_cast<void>(ReadCancelReplace(reader, {1, 2}));
  reader.CheckAllRead();
  LOCKSTEP_ASSERT(reader.failed());  // no symbol is known here
  LOCKSTEP_ASSERT(!reader.error()->message.empty() && reader.error()->code < 0);
}

void RunOne(std::string_view input) {
  const std::size_t middle = std::min(input.find('\0'), input.size());
  const std::string_view query = input.substr(0, middle);
  const std::string_view body = input.substr(std::min(middle + 1, input.size()));
  CheckCut(query, body);
  Parameters parameters;
  if (parameters.AddUrlEncoded(query) || parameters.AddUrlEncoded(body)) {
    return;
  }
  std::set<std::string_view> names;
  for (const Parameter& parameter : parameters.all()) {
    LOCKSTEP_ASSERT(names.insert(parameter.name).second);
  }
  LOCKSTEP_ASSERT(parameters.all().size() <= Parameters::kMaxParameters);
  ReadAll(parameters);
}

}  // namespace
}  // namespace lockstep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lockstep::RunOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
