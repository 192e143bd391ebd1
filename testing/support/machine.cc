#include "testing/support/machine.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "lockstep_sbe/QueryEnd.h"
#include "protocol/entry.h"

namespace lockstep::testing {
namespace {

class MemoryWriter final : public SnapshotWriter {
 public:
  bool Write(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return true;
  }
  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

class MemoryReader final : public SnapshotReader {
 public:
  explicit MemoryReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  Status Read(std::span<std::byte> bytes) override {
    if (bytes.size() > rest_.size()) {
      return {StatusCode::kCorruption, "read beyond the snapshot's end"};
    }
    std::copy_n(rest_.begin(), bytes.size(), bytes.begin());
    rest_ = rest_.subspan(bytes.size());
    return Status::Ok();
  }
  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

Message WithoutDigest(const Message& message) {
  Message copy = message;
  if (ReadMessageHeader(message).template_id == sbe::QueryEnd::sbeTemplateId()) {
    std::memset(copy.data() + kMessageHeaderBytes + sbe::QueryEnd::digestEncodingOffset(), 0,
                sizeof(std::uint64_t));
  }
  return copy;
}

}  // namespace

std::vector<Message> ModelMachine::Apply(std::int64_t position, std::int64_t timestamp_ns,
                                         std::span<const std::byte> entry) {
  return engine_->Apply(position, timestamp_ns, entry);
}

std::vector<Message> ModelMachine::Query(std::span<const std::byte> query) {
  return engine_->Query(query);
}

Result<std::vector<Message>> ModelMachine::Reload() {
  if (Status status = engine_->Audit(); !status.ok()) {
    return std::unexpected(std::move(status));
  }
  return engine_->Image();
}

EngineMachine::EngineMachine(const EngineLimits& limits)
    : limits_(limits), engine_(std::make_unique<MatchingEngine>(limits, sink_)) {}

std::vector<Message> EngineMachine::Apply(std::int64_t position, std::int64_t timestamp_ns,
                                          std::span<const std::byte> entry) {
  engine_->Apply(position, timestamp_ns, entry);
  return sink_.Take();
}

std::vector<Message> EngineMachine::Query(std::span<const std::byte> query) {
  engine_->Query(query);
  return sink_.Take();
}

Result<std::vector<Message>> EngineMachine::Reload() {
  if (Status status = engine_->Audit(); !status.ok()) {
    return std::unexpected(std::move(status));
  }
  MemoryWriter before;
  if (!engine_->WriteSnapshot(before)) {
    return Error(StatusCode::kCorruption, "the snapshot was not written");
  }
  MemoryReader reader(before.bytes());
  auto loaded = std::make_unique<MatchingEngine>(limits_, sink_);
  if (Status status = loaded->LoadSnapshot(reader); !status.ok()) {
    return std::unexpected(std::move(status));
  }
  std::vector<Message> image = sink_.Take();
  MemoryWriter after;
  if (!reader.AtEnd() || !loaded->WriteSnapshot(after) || after.bytes() != before.bytes()) {
    return Error(StatusCode::kCorruption, "a loaded engine writes another snapshot");
  }
  if (loaded->Digest() != engine_->Digest()) {
    return Error(StatusCode::kCorruption, "a loaded engine has another digest");
  }
  if (Status status = loaded->Audit(); !status.ok()) {
    return std::unexpected(std::move(status));
  }
  engine_ = std::move(loaded);
  return image;
}

std::unique_ptr<Machine> MakeModelMachine(const EngineLimits& limits) {
  return std::make_unique<ModelMachine>(std::make_unique<model::ModelEngine>(limits));
}

std::unique_ptr<Machine> MakeEngineMachine(const EngineLimits& limits) {
  return std::make_unique<EngineMachine>(limits);
}

std::ptrdiff_t FirstDifference(std::span<const Message> left, std::span<const Message> right) {
  const std::size_t common = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (left[i] != right[i] && WithoutDigest(left[i]) != WithoutDigest(right[i])) {
      return static_cast<std::ptrdiff_t>(i);
    }
  }
  return left.size() == right.size() ? -1 : static_cast<std::ptrdiff_t>(common);
}

}  // namespace lockstep::testing
