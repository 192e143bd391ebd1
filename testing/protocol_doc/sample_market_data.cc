#include "lockstep_sbe/BookSnapshot.h"
#include "lockstep_sbe/DepthUpdate.h"
#include "testing/protocol_doc/make_sample.h"
#include "testing/protocol_doc/sample_messages.h"

namespace lockstep {

std::vector<SampleMessage> SampleMarketData() {
  std::vector<SampleMessage> samples;
  samples.push_back(Make<sbe::DepthUpdate>("DepthUpdate", [](sbe::DepthUpdate& m) {
    m.position(4'096).timestampNs(1'700'000'000'000'200'000).firstUpdateId(898).lastUpdateId(900);
    m.symbol(1).snapshot(0).more(0).reserved16(0);
    auto& levels = m.levelsCount(2);
    levels.next().price(4'350'025).quantity(0).orderCount(0).side(sbe::Side::SELL);
    levels.reserved8(0).reserved16(0);
    levels.next().price(4'350'025).quantity(50'000).orderCount(1).side(sbe::Side::BUY);
    levels.reserved8(0).reserved16(0);
  }));
  samples.push_back(Make<sbe::BookSnapshot>("BookSnapshot", [](sbe::BookSnapshot& m) {
    m.position(4'096).symbolSequence(900).symbol(1).more(0).reserved8(0).reserved16(0);
    auto& orders = m.ordersCount(1);
    orders.next().orderId(42).price(4'350'025).quantity(50'000).side(sbe::Side::BUY);
    orders.reserved8(0).reserved16(0).reserved32(0);
  }));
  return samples;
}

}  // namespace lockstep
