#include "gateway/http/metrics.h"

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>
#include <prometheus/text_serializer.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace lockstep {
namespace {

constexpr double kNsPerSecond = 1e9;

void SetLabels(prometheus::ClientMetric& metric, const Metrics::Labels& labels) {
  for (const auto& [name, value] : labels) {
    metric.label.push_back({.name = name, .value = value});
  }
}

prometheus::ClientMetric::Histogram ReadHistogram(const LatencyHistogram& histogram) {
  prometheus::ClientMetric::Histogram out;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
    cumulative += histogram.CountIn(i);
    const double bound = i < LatencyHistogram::kBoundsNs.size()
                             ? static_cast<double>(LatencyHistogram::kBoundsNs[i]) / kNsPerSecond
                             : std::numeric_limits<double>::infinity();
    out.bucket.push_back({.cumulative_count = cumulative, .upper_bound = bound});
  }
  out.sample_count = cumulative;
  out.sample_sum = static_cast<double>(histogram.SumNs()) / kNsPerSecond;
  return out;
}

}  // namespace

class Metrics::Impl final : public prometheus::Collectable {
 public:
  using ReadMetric = std::function<prometheus::ClientMetric()>;

  void Add(const std::string& name, const std::string& help, prometheus::MetricType type,
           ReadMetric read) {
    const std::lock_guard lock(mutex_);
    for (Family& family : families_) {
      if (family.name == name) {
        LOCKSTEP_ASSERT(family.type == type && family.help == help);
        family.metrics.push_back(std::move(read));
        return;
      }
    }
    families_.push_back({.name = name, .help = help, .type = type, .metrics = {std::move(read)}});
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::lock_guard lock(mutex_);
    std::vector<prometheus::MetricFamily> collected;
    collected.reserve(families_.size());
    for (const Family& family : families_) {
      prometheus::MetricFamily& out = collected.emplace_back();
      out.name = family.name;
      out.help = family.help;
      out.type = family.type;
      for (const ReadMetric& read : family.metrics) {
        out.metric.push_back(read());
      }
    }
    return collected;
  }

 private:
  struct Family {
    std::string name;
    std::string help;
    prometheus::MetricType type;
    std::vector<ReadMetric> metrics;
  };

  mutable std::mutex mutex_;
  std::vector<Family> families_;  // in the order in which they are shown
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::AddCounter(const std::string& name, const std::string& help, Labels labels,
                         Read read) {
  impl_->Add(name, help, prometheus::MetricType::Counter,
             [labels = std::move(labels), read = std::move(read)] {
               prometheus::ClientMetric metric;
               SetLabels(metric, labels);
               metric.counter.value = read();
               return metric;
             });
}

void Metrics::AddGauge(const std::string& name, const std::string& help, Labels labels, Read read) {
  impl_->Add(name, help, prometheus::MetricType::Gauge,
             [labels = std::move(labels), read = std::move(read)] {
               prometheus::ClientMetric metric;
               SetLabels(metric, labels);
               metric.gauge.value = read();
               return metric;
             });
}

void Metrics::AddHistogram(const std::string& name, const std::string& help, Labels labels,
                           const LatencyHistogram& histogram) {
  impl_->Add(name, help, prometheus::MetricType::Histogram,
             [labels = std::move(labels), &histogram] {
               prometheus::ClientMetric metric;
               SetLabels(metric, labels);
               metric.histogram = ReadHistogram(histogram);
               return metric;
             });
}

void Metrics::AddInfo(const std::string& name, const std::string& help, ReadLabels read) {
  impl_->Add(name, help, prometheus::MetricType::Gauge, [read = std::move(read)] {
    prometheus::ClientMetric metric;
    SetLabels(metric, read());
    metric.gauge.value = 1;
    return metric;
  });
}

std::string Metrics::Serialize() const {
  return prometheus::TextSerializer().Serialize(impl_->Collect());
}

}  // namespace lockstep
