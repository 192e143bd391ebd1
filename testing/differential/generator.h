// Random commands, weighted so that every rule of docs/matching.md is met often: few prices, few
// accounts, small balances, names and numbers that are used again, and now and then nonsense.
//
// Looks at a model's state to name orders that exist. Determinism: the same seed and the same
// answers give the same steps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "testing/differential/run.h"
#include "testing/model/model_engine.h"
#include "testing/support/commands.h"

namespace lockstep::testing {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next();  // splitmix64
  // A number from `least` to `most`.
  std::int64_t Between(std::int64_t least, std::int64_t most);
  bool Chance(int percent) { return Between(0, 99) < percent; }
  template <class T>
  const T& Pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(Between(0, static_cast<std::int64_t>(from.size()) - 1))];
  }

 private:
  std::uint64_t state_;
};

class Generator {
 public:
  // Pool sizes, scales and rules of this run come from the seed.
  explicit Generator(std::uint64_t seed);

  [[nodiscard]] const EngineLimits& limits() const { return limits_; }
  // Assets, symbols, accounts and first deposits.
  [[nodiscard]] std::vector<Step> Opening();
  // One step more; `model` is in the state after all steps so far.
  [[nodiscard]] Step Next(const model::ModelEngine& model);

 private:
  Message AnyCommand(const model::ModelEngine& model);
  Message Garbage(Message command);
  Message RandomFunds(bool withdraw);
  Message RandomQuery(const model::ModelEngine& model);
  Message Administration(const model::ModelEngine& model);
  NewOrder RandomOrder(const model::ModelEngine& model);
  SymbolRules RandomRules();
  Origin RandomOrigin();
  std::string RandomClientId();
  std::uint64_t RandomAccount();
  std::uint32_t RandomSymbol();
  std::int64_t RandomPrice(const model::ModelEngine& model, std::uint32_t symbol);
  std::int64_t RandomQuantity();

  // An order to name: mostly an open one of a known account, else anything.
  struct Target {
    std::uint64_t account = 1;
    std::uint32_t symbol = 1;
    std::uint64_t order_id = 0;
    std::string client_order_id;
    std::int64_t price = 0;
    std::int64_t quantity = 0;
    std::int64_t leaves = 0;
  };
  Target RandomTarget(const model::ModelEngine& model);

  Random random_;
  EngineLimits limits_;
  std::int64_t now_ns_ = 1'000'000'000;
  std::int64_t middle_price_ = 100;
  std::uint64_t next_number_ = 1;
  bool rich_ = false;
};

}  // namespace lockstep::testing
