#include "testing/differential/generator.h"

#include <algorithm>

namespace lockstep::testing {
namespace {

constexpr std::int64_t kHugeNumbers[] = {(std::int64_t{1} << 62) - 1,
                                         std::int64_t{1} << 62,
                                         INT64_MAX,
                                         4'000'000'000'000'000,
                                         -1,
                                         INT64_MIN};
constexpr std::int64_t kSecondNs = 1'000'000'000;
// Among the quantities are the ends of the range: sums wrap.
std::int64_t WrappingSum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

constexpr int kAccounts = 4;
constexpr int kSymbols = 3;
constexpr int kAssets = 3;

}  // namespace

std::uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::int64_t Random::Between(std::int64_t least, std::int64_t most) {
  const auto width = static_cast<std::uint64_t>(most - least) + 1;
  return least + static_cast<std::int64_t>(Next() % width);
}

Generator::Generator(std::uint64_t seed) : random_(seed) {
  limits_.max_accounts = static_cast<std::uint32_t>(random_.Between(5, 7));
  limits_.max_assets = static_cast<std::uint32_t>(random_.Between(3, 5));
  limits_.max_symbols = static_cast<std::uint32_t>(random_.Between(3, 5));
  limits_.max_orders = static_cast<std::uint32_t>(random_.Pick<std::int64_t>({6, 20, 60, 200}));
  limits_.max_account_symbols = static_cast<std::uint32_t>(random_.Pick<std::int64_t>({6, 40}));
  limits_.max_requests = static_cast<std::uint32_t>(random_.Pick<std::int64_t>({8, 200}));
  limits_.max_sources = static_cast<std::uint32_t>(random_.Between(2, 4));
  rich_ = random_.Chance(60);
  middle_price_ = random_.Pick<std::int64_t>({10, 100, 100, 1'000, 123'457});
}

std::vector<Step> Generator::Opening() {
  std::vector<Step> steps;
  const auto add = [&](Message message) {
    steps.push_back({StepKind::kCommand, now_ns_, std::move(message)});
  };
  std::vector<std::uint8_t> scales;
  for (std::uint32_t asset = 1; asset <= kAssets; ++asset) {
    scales.push_back(static_cast<std::uint8_t>(random_.Pick<int>({0, 1, 2, 4, 8})));
    add(Bytes(
        CreateAsset{.asset = asset, .name = "A" + std::to_string(asset), .scale = scales.back()}));
  }
  for (std::uint32_t symbol = 1; symbol <= kSymbols; ++symbol) {
    const std::uint32_t base = symbol;
    const std::uint32_t quote = symbol % kAssets + 1;
    const int base_scale = scales[base - 1];
    const int quote_scale = scales[quote - 1];
    const auto quantity_scale =
        static_cast<std::uint8_t>(random_.Between(0, std::min(base_scale, 4)));
    const std::int64_t most = std::min<std::int64_t>(8, quote_scale + 8 - quantity_scale);
    // Exact half of the time, else with a remainder of one to three digits.
    const std::int64_t wanted =
        quote_scale - quantity_scale + (random_.Chance(50) ? 0 : random_.Between(1, 3));
    const auto price_scale = static_cast<std::uint8_t>(std::clamp<std::int64_t>(wanted, 0, most));
    CreateSymbol command{.symbol = symbol,
                         .name = "S" + std::to_string(symbol),
                         .base_asset = base,
                         .quote_asset = quote,
                         .price_scale = price_scale,
                         .quantity_scale = quantity_scale};
    if (random_.Chance(50)) {
      command.rules = RandomRules();
    }
    add(Bytes(command));
  }
  for (std::uint64_t account = 1; account <= kAccounts; ++account) {
    add(Bytes(CreateAccount{.target = account}));
    for (std::uint32_t asset = 1; asset <= kAssets; ++asset) {
      add(Bytes(MoveFunds{.target = account,
                          .asset = asset,
                          .amount = rich_ ? 1'000'000'000'000'000 : random_.Between(1, 20'000),
                          .source = 1,
                          .number = next_number_++}));
    }
  }
  return steps;
}

Step Generator::Next(const model::ModelEngine& model) {
  if (random_.Chance(2)) {
    return {StepKind::kQuery, now_ns_, RandomQuery(model)};
  }
  now_ns_ += random_.Between(0, kSecondNs / 100);
  if (random_.Chance(1)) {
    now_ns_ += random_.Pick<std::int64_t>({-kSecondNs, 30 * kSecondNs, 120 * kSecondNs});
  }
  Message command = AnyCommand(model);
  if (random_.Chance(1)) {
    command = Garbage(std::move(command));
  }
  return {random_.Chance(20) ? StepKind::kJoined : StepKind::kCommand, now_ns_, std::move(command)};
}

Message Generator::AnyCommand(const model::ModelEngine& model) {
  const std::int64_t dice = random_.Between(0, 999);
  if (dice < 480) {
    return Bytes(RandomOrder(model));
  }
  const Target target = RandomTarget(model);
  const bool by_id = random_.Chance(70);
  const bool by_client_id = !by_id || random_.Chance(30);
  const std::uint64_t order_id = by_id ? target.order_id : 0;
  const std::string orig = by_client_id ? target.client_order_id : "";
  if (dice < 590) {
    return Bytes(CancelOrder{.account = target.account,
                             .symbol = target.symbol,
                             .order_id = order_id,
                             .orig_client_order_id = orig,
                             .client_order_id = RandomClientId(),
                             .origin = RandomOrigin()});
  }
  if (dice < 605) {
    return Bytes(CancelAll{.account = RandomAccount(),
                           .symbol = random_.Chance(30) ? 0 : RandomSymbol(),
                           .reason = static_cast<std::uint8_t>(random_.Between(0, 12)),
                           .origin = RandomOrigin()});
  }
  if (dice < 685) {
    return Bytes(AmendOrder{
        .account = target.account,
        .symbol = target.symbol,
        .order_id = order_id,
        .new_quantity = random_.Chance(90) ? target.quantity - random_.Between(0, target.leaves)
                                           : WrappingSum(RandomQuantity(), -1),
        .orig_client_order_id = orig,
        .client_order_id = RandomClientId(),
        .origin = RandomOrigin()});
  }
  if (dice < 800) {
    const std::int64_t new_quantity =
        random_.Chance(50)
            ? 0
            : WrappingSum(target.quantity - target.leaves, WrappingSum(RandomQuantity(), -1));
    return Bytes(
        ReplaceOrder{.account = target.account,
                     .symbol = target.symbol,
                     .order_id = order_id,
                     .new_price = random_.Chance(30) ? 0 : RandomPrice(model, target.symbol),
                     .new_quantity = new_quantity,
                     .orig_client_order_id = orig,
                     .origin = RandomOrigin()});
  }
  if (dice < 890) {
    CancelReplace command;
    command.order = RandomOrder(model);
    if (random_.Chance(90)) {
      command.order.account = target.account;
      command.order.symbol = target.symbol;
      command.order.price = command.order.price == 0 ? 0 : RandomPrice(model, target.symbol);
    }
    command.cancel_order_id = order_id;
    command.cancel_client_order_id = orig;
    command.mode = static_cast<std::uint8_t>(random_.Chance(95) ? random_.Between(0, 1)
                                                                : random_.Between(2, 255));
    return Bytes(command);
  }
  if (dice < 950) {
    return RandomFunds(random_.Chance(35));
  }
  return Administration(model);
}

NewOrder Generator::RandomOrder(const model::ModelEngine& model) {
  NewOrder order;
  order.account = RandomAccount();
  order.symbol = RandomSymbol();
  order.side = random_.Chance(50) ? kBuy : kSell;
  order.client_order_id = RandomClientId();
  order.origin = RandomOrigin();
  order.stp = static_cast<std::uint8_t>(random_.Between(0, 4));
  order.quantity = RandomQuantity();
  order.price = RandomPrice(model, order.symbol);
  const std::int64_t dice = random_.Between(0, 99);
  if (dice < 55) {
    order.time_in_force = kGtc;
  } else if (dice < 65) {
    order.time_in_force = kIoc;
  } else if (dice < 75) {
    order.time_in_force = kFok;
  } else if (dice < 85) {
    order.type = kLimitMaker;
  } else {
    order.type = kMarket;
    order.time_in_force = kIoc;
    order.price = 0;
    if (random_.Chance(60)) {
      order.quantity = 0;
      order.quote_quantity =
          random_.Chance(95)
              ? random_.Between(1,
                                middle_price_ * 12 * random_.Pick<std::int64_t>({1, 1, 10, 1'000}))
              : random_.Pick(std::vector(std::begin(kHugeNumbers), std::end(kHugeNumbers)));
    }
  }
  if (random_.Chance(4)) {  // one field that does not belong
    switch (random_.Between(0, 6)) {
      case 0:
        order.side = static_cast<std::uint8_t>(random_.Between(0, 255));
        break;
      case 1:
        order.type = static_cast<std::uint8_t>(random_.Between(0, 255));
        break;
      case 2:
        order.time_in_force = static_cast<std::uint8_t>(random_.Between(0, 4));
        break;
      case 3:
        order.stp = static_cast<std::uint8_t>(random_.Between(0, 255));
        break;
      case 4:
        order.quote_quantity = random_.Between(-1, 1);
        break;
      case 5:
        order.price = random_.Between(-1, 1);
        break;
      default:
        order.quantity = random_.Between(-1, 0);
        break;
    }
  }
  return order;
}

Generator::Target Generator::RandomTarget(const model::ModelEngine& model) {
  Target target;
  target.account = RandomAccount();
  target.symbol = RandomSymbol();
  const auto symbol = model.symbols().find(target.symbol);
  if (symbol != model.symbols().end() && !symbol->second.orders.empty()) {
    auto order = symbol->second.orders.begin();
    std::advance(order,
                 random_.Between(0, static_cast<std::int64_t>(symbol->second.orders.size()) - 1));
    target.order_id = order->first;
    target.client_order_id = order->second.client_order_id;
    target.price = order->second.price;
    target.quantity = order->second.quantity;
    target.leaves = order->second.leaves;
    if (random_.Chance(92)) {
      target.account = order->second.account;
    }
  }
  if (random_.Chance(6)) {
    target.order_id = static_cast<std::uint64_t>(random_.Between(0, 40));
  }
  if (random_.Chance(6)) {
    target.client_order_id = RandomClientId();
  }
  return target;
}

std::int64_t Generator::RandomPrice(const model::ModelEngine& model, std::uint32_t symbol) {
  if (random_.Chance(1)) {
    return random_.Pick(std::vector(std::begin(kHugeNumbers), std::end(kHugeNumbers)));
  }
  std::int64_t price = middle_price_ + random_.Between(-4, 4);
  if (random_.Chance(8)) {
    price = random_.Between(1, middle_price_ * 3);
  }
  const auto found = model.symbols().find(symbol);
  if (found != model.symbols().end() && found->second.filters.tick_multiple > 1 &&
      random_.Chance(85)) {
    price -= price % found->second.filters.tick_multiple;
  }
  return price;
}

std::int64_t Generator::RandomQuantity() {
  if (random_.Chance(1)) {
    return random_.Pick(std::vector(std::begin(kHugeNumbers), std::end(kHugeNumbers)));
  }
  return random_.Chance(70) ? 2 * random_.Between(1, 6) : random_.Between(1, 40);
}

SymbolRules Generator::RandomRules() {
  SymbolRules rules;
  rules.maker_fee_ppm =
      static_cast<std::int32_t>(random_.Pick<std::int64_t>({0, -500, -33'333, 1'000, 250'000}));
  rules.taker_fee_ppm =
      static_cast<std::int32_t>(random_.Pick<std::int64_t>({0, 1'000, 77'777, 500'000, -100}));
  const auto on = [&](auto value) { return random_.Chance(25) ? value : decltype(value){0}; };
  rules.min_price = on(middle_price_ - 3);
  rules.max_price = on(middle_price_ + 3);
  rules.tick_multiple = on(random_.Between(1, 3));
  rules.min_quantity = on(random_.Between(1, 6));
  rules.max_quantity = on(random_.Between(8, 30));
  rules.lot_multiple = on(random_.Between(1, 6));
  rules.min_notional = on(random_.Between(1, middle_price_ * 3));
  rules.max_notional = on(random_.Between(middle_price_ * 3, middle_price_ * 40));
  rules.bid_up_ppm = on(std::uint32_t{1'050'000});
  rules.bid_down_ppm = on(std::uint32_t{960'000});
  rules.ask_up_ppm = on(std::uint32_t{1'040'000});
  rules.ask_down_ppm = on(std::uint32_t{950'001});
  rules.max_open_orders = on(static_cast<std::uint32_t>(random_.Between(1, 6)));
  return rules;
}

Message Generator::RandomFunds(bool withdraw) {
  MoveFunds command;
  command.target = RandomAccount();
  command.asset = static_cast<std::uint32_t>(random_.Chance(97) ? random_.Between(1, kAssets)
                                                                : random_.Between(0, 9));
  command.amount =
      random_.Chance(90)
          ? random_.Between(1, rich_ ? 1'000'000'000 : 30'000)
          : random_.Pick(std::vector(std::begin(kHugeNumbers), std::end(kHugeNumbers)));
  command.source = static_cast<std::uint64_t>(random_.Chance(80) ? random_.Between(1, 2)
                                                                 : random_.Between(0, 6));
  command.number =
      random_.Chance(85)
          ? next_number_++
          : static_cast<std::uint64_t>(random_.Between(0, static_cast<std::int64_t>(next_number_)));
  command.withdraw = withdraw;
  command.origin = RandomOrigin();
  return Bytes(command);
}

Message Generator::Administration(const model::ModelEngine& model) {
  const Origin origin = RandomOrigin();
  // A symbol that is not trading should soon trade again, and an account be active.
  for (const auto& [id, symbol] : model.symbols()) {
    if (symbol.status != sbe::TradingStatus::TRADING && random_.Chance(60)) {
      return Bytes(SetSymbolStatus{.symbol = id, .origin = origin});
    }
  }
  for (const auto& [id, account] : model.accounts()) {
    if (account.status != sbe::AccountStatus::ACTIVE && random_.Chance(60)) {
      return Bytes(SetAccountStatus{.target = id, .origin = origin});
    }
  }
  const std::string name = random_.Pick<std::string>(
      {"", "A1", "S1", "bad name", "N1", "N2", "N3", "SixteenLongName1", "\x01"});
  switch (random_.Between(0, 9)) {
    case 0:
      return Bytes(CreateAsset{.asset = static_cast<std::uint32_t>(random_.Between(0, 8)),
                               .name = name,
                               .scale = static_cast<std::uint8_t>(random_.Between(0, 9)),
                               .origin = origin});
    case 1: {
      CreateSymbol command{
          .symbol = static_cast<std::uint32_t>(random_.Between(0, 8)),
          .name = name,
          .base_asset = static_cast<std::uint32_t>(random_.Between(1, kAssets + 1)),
          .quote_asset = static_cast<std::uint32_t>(random_.Between(1, kAssets + 1)),
          .price_scale = static_cast<std::uint8_t>(random_.Between(0, 9)),
          .quantity_scale = static_cast<std::uint8_t>(random_.Between(0, 4)),
          .status = static_cast<std::uint8_t>(random_.Between(0, 6)),
          .rules = RandomRules(),
          .origin = origin};
      command.rules.min_notional -= random_.Chance(5) ? 1'000'000'000 : 0;
      return Bytes(command);
    }
    case 2:
    case 3:
      return Bytes(SetSymbolStatus{.symbol = RandomSymbol(),
                                   .status = static_cast<std::uint8_t>(random_.Between(0, 6)),
                                   .origin = origin});
    case 4:
    case 5:
    case 6: {
      SetSymbolRules command{.symbol = RandomSymbol(), .rules = RandomRules(), .origin = origin};
      if (random_.Chance(30)) {
        command.rules = SymbolRules{.taker_fee_ppm = 1'000};
      }
      if (random_.Chance(5)) {
        command.rules.maker_fee_ppm = 1'000'001;
      }
      if (random_.Chance(5)) {
        command.rules.min_quantity = 9;
        command.rules.max_quantity = 8;
      }
      return Bytes(command);
    }
    case 7:
      return Bytes(CreateAccount{.target = static_cast<std::uint64_t>(random_.Between(0, 9)),
                                 .origin = origin});
    case 8:
      return Bytes(SetAccountStatus{.target = RandomAccount(),
                                    .status = static_cast<std::uint8_t>(random_.Between(0, 3)),
                                    .origin = origin});
    default:
      return Bytes(Tick{.origin = origin});
  }
}

Message Generator::RandomQuery(const model::ModelEngine& model) {
  const Target target = RandomTarget(model);
  Query query;
  query.account = target.account;
  query.kind = static_cast<std::uint8_t>(random_.Between(1, 6));
  query.symbol = random_.Chance(20) ? 0 : target.symbol;
  query.order_id = random_.Chance(70) ? target.order_id : 0;
  query.after_order_id = random_.Chance(50) ? 0 : target.order_id;
  query.max_rows = static_cast<std::uint32_t>(random_.Pick<std::int64_t>({0, 1, 2, 5, 2'000}));
  query.orig_client_order_id = random_.Chance(50) ? target.client_order_id : "";
  query.origin = RandomOrigin();
  return Bytes(query);
}

// A command that was cut off, has another template or another block length.
Message Generator::Garbage(Message command) {
  switch (random_.Between(0, 3)) {
    case 0:
      command.resize(
          static_cast<std::size_t>(random_.Between(1, static_cast<std::int64_t>(command.size()))));
      break;
    case 1:
      command[static_cast<std::size_t>(random_.Between(0, 7))] =
          static_cast<std::byte>(random_.Between(0, 255));
      break;
    case 2:
      command[2] = static_cast<std::byte>(random_.Between(0, 120));
      break;
    default:
      command.back() = static_cast<std::byte>(random_.Between(0, 255));
      break;
  }
  return command;
}

Origin Generator::RandomOrigin() {
  Origin origin;
  if (random_.Chance(25)) {
    origin.request_low = static_cast<std::uint64_t>(random_.Between(1, 60));
    origin.request_high = random_.Chance(20) ? 1 : 0;
  }
  origin.session = static_cast<std::uint64_t>(random_.Between(0, 3));
  origin.node = static_cast<std::uint16_t>(random_.Between(0, 2));
  origin.received_ns = now_ns_ - random_.Between(0, 1'000);
  return origin;
}

std::string Generator::RandomClientId() {
  if (random_.Chance(1)) {
    return random_.Pick<std::string>({"no blanks", "caf\xc3\xa9", std::string(37, 'x'),
                                      std::string(200, 'y'), std::string(36, 'z')});
  }
  return random_.Chance(50) ? "" : std::string(1, static_cast<char>(random_.Between('a', 'h')));
}

std::uint64_t Generator::RandomAccount() {
  return static_cast<std::uint64_t>(random_.Chance(98) ? random_.Between(1, kAccounts)
                                                       : random_.Between(0, 9));
}

std::uint32_t Generator::RandomSymbol() {
  return static_cast<std::uint32_t>(random_.Chance(98) ? random_.Between(1, kSymbols)
                                                       : random_.Between(0, 9));
}

}  // namespace lockstep::testing
