// The engine against its model, on random commands: every event must be the same.
// LOCKSTEP_DIFFERENTIAL_COMMANDS and LOCKSTEP_DIFFERENTIAL_SEED choose how many commands and the
// first seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lockstep_sbe/Reject.h"
#include "lockstep_sbe/RejectReason.h"
#include "protocol/entry.h"
#include "testing/differential/generator.h"
#include "testing/differential/run.h"

namespace lockstep::testing {
namespace {

#ifdef NDEBUG
constexpr std::uint64_t kCommands = 4'000'000;
#else
constexpr std::uint64_t kCommands = 1'000'000;
#endif
constexpr std::size_t kStepsOfOneSeed = 20'000;
constexpr std::size_t kStepsBetweenReloads = 500;
constexpr std::size_t kMostReplays = 3'000;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// How often each reason was given: a run that never meets a rule proves nothing about it.
using ReasonCounts = std::map<std::uint16_t, std::uint64_t>;

void Count(const std::vector<Message>& events, ReasonCounts& reasons) {
  for (const Message& event : events) {
    if (ReadMessageHeader(event).template_id == sbe::Reject::sbeTemplateId()) {
      ++reasons[Decode<sbe::Reject>(event).reasonRaw()];
    }
  }
}

// What was at work, for the case that the engine stops the process by an assertion.
struct AtWork {
  std::uint64_t seed = 0;
  const Run* run = nullptr;
};
AtWork at_work;

void OnAbort(int) {
  std::cerr << "stopped in seed " << at_work.seed << " at step " << at_work.run->steps.size()
            << "; the last steps:\n";
  Run tail{at_work.run->limits, {}};
  const std::size_t count = std::min<std::size_t>(at_work.run->steps.size(), 12);
  tail.steps.assign(at_work.run->steps.end() - static_cast<std::ptrdiff_t>(count),
                    at_work.run->steps.end());
  std::cerr << Describe(tail, {});
}

struct Found {
  Run run;
  Mismatch mismatch;
};

// One seed: a model leads, because the generator looks at it; `right` is what is tested against it.
std::optional<Found> RunSeed(std::uint64_t seed, std::size_t steps, const MachineFactory& right,
                             ReasonCounts* reasons = nullptr) {
  Generator generator(seed);
  Run run{generator.limits(), generator.Opening()};
  at_work = {seed, &run};
  ModelMachine model(std::make_unique<model::ModelEngine>(run.limits));
  const auto other = right(run.limits);
  SideBySide both(model, *other);
  OrderNames names;
  const auto put = [&](std::size_t first) -> std::optional<Found> {
    std::vector<Message> events;
    const auto group = std::span(run.steps).subspan(first);
    for (std::size_t i = first; i < run.steps.size(); ++i) {
      run.steps[i].serial = i + 1;
      run.steps[i].names_order_of = names.MakerOf(run.steps[i].message);
    }
    auto mismatch = both.Put(group, &events);
    if (mismatch) {
      return Found{run, std::move(*mismatch)};
    }
    if (group.front().kind == StepKind::kCommand) {
      names.Learn(group, events);
    }
    if (reasons != nullptr) {
      Count(events, *reasons);
    }
    return std::nullopt;
  };

  const std::vector<Step> opening = std::exchange(run.steps, {});
  for (const Step& step : opening) {
    run.steps.push_back(step);
    if (auto found = put(run.steps.size() - 1)) {
      return found;
    }
  }
  Step next = generator.Next(model.engine());
  while (run.steps.size() < steps) {
    const std::size_t first = run.steps.size();
    if (next.kind == StepKind::kJoined) {
      next.kind = StepKind::kCommand;
    }
    do {
      run.steps.push_back(std::move(next));
      next = generator.Next(model.engine());
    } while (run.steps[first].kind == StepKind::kCommand && next.kind == StepKind::kJoined &&
             run.steps.size() - first < 4);
    if (auto found = put(first)) {
      return found;
    }
    if (run.steps.size() / kStepsBetweenReloads != first / kStepsBetweenReloads) {
      run.steps.push_back({StepKind::kReload, 0, {}});
      if (auto found = put(run.steps.size() - 1)) {
        return found;
      }
    }
  }
  return std::nullopt;
}

std::string Counterexample(const Found& found, const MachineFactory& right) {
  Run small = Shrink(found.run, MakeModelMachine, right, kMostReplays);
  const auto mismatch = Replay(small, MakeModelMachine, right);
  return mismatch ? Describe(small, *mismatch) : Describe(found.run, found.mismatch);
}

TEST(DifferentialTest, EngineAndModelAgreeOnEveryEvent) {
  const std::uint64_t commands = FromEnvironment("LOCKSTEP_DIFFERENTIAL_COMMANDS", kCommands);
  std::signal(SIGABRT, OnAbort);
  const std::uint64_t first_seed = FromEnvironment("LOCKSTEP_DIFFERENTIAL_SEED", 1);
  ReasonCounts reasons;
  std::uint64_t done = 0;
  for (std::uint64_t seed = first_seed; done < commands; ++seed) {
    const auto found = RunSeed(seed, kStepsOfOneSeed, MakeEngineMachine, &reasons);
    ASSERT_FALSE(found.has_value()) << "seed " << seed << "; left: model, right: engine\n"
                                    << Counterexample(*found, MakeEngineMachine);
    done += kStepsOfOneSeed;
  }
  std::cout << done << " steps from seed " << first_seed << " on; rejects by reason:";
  for (const auto& [reason, count] : reasons) {
    std::cout << ' ' << sbe::RejectReason::c_str(static_cast<sbe::RejectReason::Value>(reason))
              << '=' << count;
  }
  std::cout << '\n';
  for (std::uint16_t reason = 1; done >= 200'000 && reason < sbe::RejectReason::NO_OPEN_ORDERS;
       ++reason) {
    EXPECT_GT(reasons[reason], 0U)
        << "never given: "
        << sbe::RejectReason::c_str(static_cast<sbe::RejectReason::Value>(reason));
  }
}

// ---- that the comparison would find an error: models with one rule broken ----

class LastComesFirst final : public model::ModelEngine {
 public:
  using ModelEngine::ModelEngine;

 protected:
  void JoinQueue(model::Queue& queue, std::uint64_t order_id) const override {
    queue.push_front(order_id);
  }
};

class BuyerPaysRoundedDown final : public model::ModelEngine {
 public:
  using ModelEngine::ModelEngine;

 protected:
  [[nodiscard]] model::Wide BuyerPays(const model::Symbol& symbol, std::int64_t price,
                                      std::int64_t quantity) const override {
    return symbol.notional.Floor(price, quantity);
  }
};

class FeeRoundedAway final : public model::ModelEngine {
 public:
  using ModelEngine::ModelEngine;

 protected:
  [[nodiscard]] model::Wide Fee(model::Wide received, std::int32_t fee_ppm) const override {
    const model::Wide product = received * fee_ppm;
    const model::Wide toward_zero = product / 1'000'000;
    return product < 0 && product % 1'000'000 != 0 ? toward_zero - 1 : toward_zero;
  }
};

class RequestsForgottenLate final : public model::ModelEngine {
 public:
  using ModelEngine::ModelEngine;

 protected:
  [[nodiscard]] bool IsForgotten(const model::RememberedRequest&) const override { return false; }
};

template <class Broken>
void ExpectFoundAndShrunk(std::size_t most_steps) {
  const MachineFactory broken = [](const EngineLimits& limits) {
    return std::make_unique<ModelMachine>(std::make_unique<Broken>(limits));
  };
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto found = RunSeed(seed, kStepsOfOneSeed, broken);
    if (!found) {
      continue;
    }
    Run small = Shrink(found->run, MakeModelMachine, broken, kMostReplays);
    const auto mismatch = Replay(small, MakeModelMachine, broken);
    ASSERT_TRUE(mismatch.has_value());
    const std::string text = Describe(small, *mismatch);
    EXPECT_LE(small.steps.size(), most_steps) << text;
    EXPECT_NE(text.find("\n> "), std::string::npos);
    EXPECT_NE(text.find("# right:"), std::string::npos);
    return;
  }
  FAIL() << "no seed found the error";
}

// Two assets, a symbol, two accounts and their deposits take seven steps; what is left is the error
// itself.
TEST(DifferentialTest, FindsOrdersThatOvertake) { ExpectFoundAndShrunk<LastComesFirst>(14); }
TEST(DifferentialTest, FindsARoundingOfTheBuyer) { ExpectFoundAndShrunk<BuyerPaysRoundedDown>(13); }
TEST(DifferentialTest, FindsARoundingOfTheFee) { ExpectFoundAndShrunk<FeeRoundedAway>(13); }
// The smallest table of requests has room for eight.
TEST(DifferentialTest, FindsRequestsKeptTooLong) {
  ExpectFoundAndShrunk<RequestsForgottenLate>(12);
}

TEST(DifferentialTest, TheSameSeedGivesTheSameRun) {
  const auto text = [] {
    Generator generator(7);
    std::string lines;
    const model::ModelEngine model(generator.limits());
    for (int i = 0; i < 200; ++i) {
      const Step step = generator.Next(model);
      lines += std::string(reinterpret_cast<const char*>(step.message.data()), step.message.size());
    }
    return lines;
  };
  EXPECT_EQ(text(), text());
}

}  // namespace
}  // namespace lockstep::testing
