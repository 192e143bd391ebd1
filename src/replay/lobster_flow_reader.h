// Reads lobster-flow: lines `ts_ns,ev,order id,side,price,quantity,flag`. ev: A add, R reduce, D
// delete, X execution, H hidden trade, T halt (the last two are left out). Side B or S of the
// resting order; price in 1/10000 of a dollar, quantity in shares; flag 0: the venue's own event.
#pragma once

#include <memory>

#include "replay/line_reader.h"
#include "replay/tape.h"

namespace lockstep {

class LobsterFlowReader final : public TapeReader {
 public:
  explicit LobsterFlowReader(std::unique_ptr<LineReader> lines) : lines_(std::move(lines)) {}

  [[nodiscard]] Result<bool> Next(TapeEvent& event) override;
  [[nodiscard]] std::uint8_t price_scale() const override { return 4; }
  [[nodiscard]] std::uint8_t quantity_scale() const override { return 0; }
  [[nodiscard]] double Progress() const override { return lines_->Progress(); }

 private:
  std::unique_ptr<LineReader> lines_;
};

}  // namespace lockstep
