// Reads typed values out of Parameters and remembers the first thing that is wrong.
//
// Shape: after an error every further read gives an empty value and changes nothing, so a request
// is read from top to bottom without a branch for each parameter, and the order of the reads is
// the order in which errors win. The caller looks at error() once, before it acts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/binance/api_error.h"
#include "gateway/binance/parameters.h"
#include "protocol/reference_data.h"

namespace lockstep {

class ParameterReader {
 public:
  ParameterReader(Parameters& parameters, const ReferenceData& reference)
      : parameters_(parameters), reference_(reference) {}

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const std::optional<ApiError>& error() const { return error_; }
  void Fail(ErrorKind kind, std::string_view first = {}, std::string_view second = {});
  void Fail(ApiError error);

  [[nodiscard]] bool Has(std::string_view name) const { return parameters_.Has(name); }

  // kMandatoryParameter when not sent or empty.
  std::string_view Mandatory(std::string_view name);
  // kEmptyParameter when sent empty.
  std::optional<std::string_view> Optional(std::string_view name);

  // Digits alone; kIllegalCharacters, or kInvalidParameter above int64.
  std::optional<std::int64_t> Integer(std::string_view name);
  // As Integer; the default when not sent, cut to `most`; 0 is kInvalidParameter.
  std::uint32_t Limit(std::string_view name, std::uint32_t if_not_sent, std::uint32_t most);
  // Milliseconds, or microseconds where they are that many; returned in ns.
  std::optional<std::int64_t> TimeNs(std::string_view name);
  std::optional<bool> Boolean(std::string_view name);
  // In units of 10^-scale. Finer than that is `too_fine` with `filter`; finer than eight decimals
  // kTooPrecise.
  std::optional<std::int64_t> Decimal(std::string_view name, int scale, std::string_view filter);
  // 1 to 36 characters of the engine's set; kIllegalCharacters otherwise.
  std::optional<std::string_view> ClientOrderId(std::string_view name);

  // Null only after an error: kMandatoryParameter, kIllegalCharacters, kInvalidSymbol.
  const SymbolInfo* Symbol();
  const SymbolInfo* OptionalSymbol();
  // ["A","B"] of `symbols`: kInvalidJsonParameter, kInvalidSymbol, kDuplicateSymbols. Empty when
  // not sent.
  std::vector<const SymbolInfo*> Symbols();

  // kNotRequired if it was sent.
  void Refuse(std::string_view name);
  // Takes note of a parameter that means nothing here.
  void Ignore(std::string_view name);
  // kUnreadParameters if something was sent that nobody has asked for.
  void CheckAllRead();

 private:
  Parameter* Take(std::string_view name);
  const SymbolInfo* SymbolNamed(std::string_view name);

  Parameters& parameters_;
  const ReferenceData& reference_;
  std::optional<ApiError> error_;
};

}  // namespace lockstep
