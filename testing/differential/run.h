// A run: steps put to two machines side by side, until they differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/matching_engine.h"
#include "testing/support/machine.h"

namespace lockstep::testing {

enum class StepKind : std::uint8_t {
  kCommand,  // a log entry of its own
  kJoined,   // one more command of the entry before it, if that is a command too
  kQuery,
  kReload,  // audit and snapshot; `message` is empty
};

struct Step {
  StepKind kind = StepKind::kCommand;
  std::int64_t timestamp_ns = 0;
  Message message;
  // Which step of the run this was, and which one had made the order that it names by id (0: none):
  // with these a command still names the same order when steps before it have been dropped and ids
  // have moved.
  std::uint64_t serial = 0;
  std::uint64_t names_order_of = 0;
};

struct Run {
  EngineLimits limits;
  std::vector<Step> steps;
};

struct Mismatch {
  std::size_t step = 0;  // the last one that was put to the machines
  std::string why;
  std::vector<Message> left;
  std::vector<Message> right;
};

// What both answer to steps that belong together (steps[first, last) are one entry, one query or
// one reload); nothing when they agree.
class SideBySide {
 public:
  SideBySide(Machine& left, Machine& right) : left_(left), right_(right) {}

  // `answer`, when given, receives what the left machine said.
  [[nodiscard]] std::optional<Mismatch> Put(std::span<const Step> steps,
                                            std::vector<Message>* answer = nullptr);

 private:
  Machine& left_;
  Machine& right_;
  std::int64_t position_ = 0;
};

// Which step made which order, learnt from the answers.
class OrderNames {
 public:
  // Notes the orders that `steps` made; `answer` is what was said to them.
  void Learn(std::span<const Step> steps, const std::vector<Message>& answer);
  // Which step made the order that the message names by id; 0: none, or unknown.
  [[nodiscard]] std::uint64_t MakerOf(const Message& message) const;
  // Lets the step name the order of `names_order_of` as it is called now.
  void Rename(Step& step) const;

 private:
  using Order = std::pair<std::uint32_t, std::uint64_t>;  // symbol, order id
  std::map<Order, std::uint64_t> step_of_;
  std::map<std::uint64_t, Order> order_of_;
};

// How many steps from `first` on belong together.
[[nodiscard]] std::size_t GroupLength(std::span<const Step> steps, std::size_t first);

// Puts a whole run to two new machines. The messages of the run are changed to name orders as they
// are called now.
[[nodiscard]] std::optional<Mismatch> Replay(Run& run, const MachineFactory& left,
                                             const MachineFactory& right);

// A smaller run on which the two still differ: drops what follows the difference, then ever smaller
// pieces as long as a difference (any) remains, down to single steps. At most `most_replays`
// replays.
[[nodiscard]] Run Shrink(const Run& run, const MachineFactory& left, const MachineFactory& right,
                         std::size_t most_replays);

// The run in the text form of testing/scenarios, with both answers to its last step.
[[nodiscard]] std::string Describe(const Run& run, const Mismatch& mismatch);

}  // namespace lockstep::testing
