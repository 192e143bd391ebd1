// What the process shows of itself to Prometheus.
//
// The parts keep relaxed atomics (or a LatencyHistogram) of their own and register here how to read
// them; nothing is copied or computed until a scrape asks. So a hot path pays for an addition and
// knows nothing of metrics. Names follow Prometheus: lockstep_…, base units (seconds, bytes),
// counters end in _total. Threads: Add… before the first Serialize, or any thread after (a short
// lock). Serialize: any; the readers registered are called from its thread and must be safe there.
// What they read must outlive this object's last Serialize.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/latency_histogram.h"

namespace lockstep {

class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;
  using Read = std::function<double()>;
  using ReadLabels = std::function<Labels()>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The same name may be given again with other labels and the same help: one family.
  // `read` never goes down in the life of the process.
  void AddCounter(const std::string& name, const std::string& help, Labels labels, Read read);
  void AddGauge(const std::string& name, const std::string& help, Labels labels, Read read);
  // In seconds.
  void AddHistogram(const std::string& name, const std::string& help, Labels labels,
                    const LatencyHistogram& histogram);
  // A gauge that is always 1 and says what it has to say in its labels (a digest, a version, a
  // role).
  void AddInfo(const std::string& name, const std::string& help, ReadLabels read);

  // Text format 0.0.4.
  [[nodiscard]] std::string Serialize() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
