// The engine and its model behind one interface, so that a scenario or a random run can be put to
// either.
//
// Threads: one for each machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "engine/matching_engine.h"
#include "testing/model/model_engine.h"
#include "testing/support/recording_sink.h"

namespace lockstep::testing {

using Message = std::vector<std::byte>;

class Machine {
 public:
  virtual ~Machine() = default;

  // Applies one entry; returns its events.
  virtual std::vector<Message> Apply(std::int64_t position, std::int64_t timestamp_ns,
                                     std::span<const std::byte> entry) = 0;
  // The answer to one Query.
  virtual std::vector<Message> Query(std::span<const std::byte> query) = 0;
  // Audits the state, sends it through a snapshot into a new engine, and goes on with that one.
  // Returns the image that the load wrote. kCorruption says what was not as it should be.
  virtual Result<std::vector<Message>> Reload() = 0;
};

using MachineFactory = std::function<std::unique_ptr<Machine>(const EngineLimits&)>;

class ModelMachine final : public Machine {
 public:
  explicit ModelMachine(std::unique_ptr<model::ModelEngine> engine) : engine_(std::move(engine)) {}

  std::vector<Message> Apply(std::int64_t position, std::int64_t timestamp_ns,
                             std::span<const std::byte> entry) override;
  std::vector<Message> Query(std::span<const std::byte> query) override;
  Result<std::vector<Message>> Reload() override;

  [[nodiscard]] const model::ModelEngine& engine() const { return *engine_; }

 private:
  std::unique_ptr<model::ModelEngine> engine_;
};

class EngineMachine final : public Machine {
 public:
  explicit EngineMachine(const EngineLimits& limits);

  std::vector<Message> Apply(std::int64_t position, std::int64_t timestamp_ns,
                             std::span<const std::byte> entry) override;
  std::vector<Message> Query(std::span<const std::byte> query) override;
  // Besides: the new engine has the same digest and writes the same snapshot.
  Result<std::vector<Message>> Reload() override;

 private:
  EngineLimits limits_;
  RecordingSink sink_;
  std::unique_ptr<MatchingEngine> engine_;
};

[[nodiscard]] std::unique_ptr<Machine> MakeModelMachine(const EngineLimits& limits);
[[nodiscard]] std::unique_ptr<Machine> MakeEngineMachine(const EngineLimits& limits);

// The first event in which two answers differ, by index; -1: none. What the model cannot know (the
// digest in a QueryEnd) is left out.
[[nodiscard]] std::ptrdiff_t FirstDifference(std::span<const Message> left,
                                             std::span<const Message> right);

}  // namespace lockstep::testing
