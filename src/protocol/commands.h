// The commands that may stand on the log, and their shapes.
#pragma once

// IWYU pragma: begin_exports
#include "lockstep_sbe/AmendOrder.h"
#include "lockstep_sbe/CancelAll.h"
#include "lockstep_sbe/CancelOrder.h"
#include "lockstep_sbe/CancelReplace.h"
#include "lockstep_sbe/CreateAccount.h"
#include "lockstep_sbe/CreateAsset.h"
#include "lockstep_sbe/CreateSymbol.h"
#include "lockstep_sbe/Deposit.h"
#include "lockstep_sbe/NewOrder.h"
#include "lockstep_sbe/ReplaceOrder.h"
#include "lockstep_sbe/SetAccountStatus.h"
#include "lockstep_sbe/SetSymbolRules.h"
#include "lockstep_sbe/SetSymbolStatus.h"
#include "lockstep_sbe/Tick.h"
#include "lockstep_sbe/Withdraw.h"
// IWYU pragma: end_exports
#include "protocol/shape.h"

namespace lockstep {

inline constexpr MessageShape kCommandShapes[] = {
    ShapeOf<sbe::NewOrder>(1),
    ShapeOf<sbe::CancelOrder>(2),
    ShapeOf<sbe::CancelAll>(0),
    ShapeOf<sbe::AmendOrder>(2),
    ShapeOf<sbe::ReplaceOrder>(1),
    ShapeOf<sbe::CancelReplace>(2),
    ShapeOf<sbe::CreateAsset>(0),
    ShapeOf<sbe::CreateSymbol>(0),
    ShapeOf<sbe::SetSymbolStatus>(0),
    ShapeOf<sbe::SetSymbolRules>(0),
    ShapeOf<sbe::CreateAccount>(0),
    ShapeOf<sbe::SetAccountStatus>(0),
    ShapeOf<sbe::Deposit>(0),
    ShapeOf<sbe::Withdraw>(0),
    ShapeOf<sbe::Tick>(0),
};

inline constexpr auto kCommandShapesById = ShapesById<32>(kCommandShapes);

// Flags of EventHeader.
inline constexpr std::uint16_t kEventLastOfCommand = 1;
inline constexpr std::uint16_t kEventImage = 2;

}  // namespace lockstep
